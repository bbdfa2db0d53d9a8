"""Principal components: the best linear code of its size (Hotelling 1933), the baseline of every other code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import PositiveInt

from pipeline import ragged
from pipeline.config import Strict
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset, Layer


class Options(Strict):
    kind: Literal["pca"]
    code_size: PositiveInt
    trainings: ClassVar[int] = 1


@dataclass(frozen=True)
class Encoder:
    """Principal components.

    center      (d,), mean of the training rows
    components  (code size, d), orthonormal rows
    share       of the variance, by component: (all components,), more than the code has, for a scree plot
    shape       of one row
    """

    center: np.ndarray
    components: np.ndarray
    share: np.ndarray
    shape: tuple[int, ...]

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, *shape), padded or not -> float32 (n, code size)."""
        return ragged.blockwise(lambda block: [(block - self.center) @ self.components.T], ragged.flat(rows))[0]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, code size) -> float32 (n, *shape); of sequences, all steps."""
        rows = ragged.blockwise(lambda block: [block @ self.components + self.center], codes)[0]
        return rows.reshape(len(codes), *self.shape)

    def layers(self) -> dict[str, list[Layer]]:
        """Both directions as dense layers, on flattened rows."""
        return {
            "encoder": [(self.components.T, -self.components @ self.center, "linear")],
            "decoder": [(self.components, self.center, "linear")],
        }

    def save(self, folder: Path) -> None:
        np.savez(folder / "pca.npz", center=self.center, components=self.components, share=self.share,
                 shape=np.array(self.shape))  # fmt: skip


def load(folder: Path) -> Encoder:
    with (folder / "pca.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Encoder(arrays["center"], arrays["components"], arrays["share"], tuple(arrays["shape"].tolist()))


def check(options: Options, dataset: Dataset) -> None:
    """InputError if the training rows have fewer components than code_size."""
    rows, columns = int(dataset.is_in("train").sum()), int(np.prod(dataset.rows.shape[1:]))
    if options.code_size > min(rows, columns):
        raise InputError(
            f"code_size is {options.code_size}; PCA of {rows:,} training rows by {columns:,} columns has at most"
            f" {min(rows, columns)}. Lower code_size, and that of the autoencoders that are compared with it."
        )


def fit(
    dataset: Dataset, options: Options, seed: int, scratch: Path | None = None, label: str | None = None
) -> Encoder:
    """PCA of the training rows; InputError if they have fewer components than code_size."""
    from sklearn.decomposition import PCA

    check(options, dataset)
    training = ragged.flat(dataset.part("train"))
    # Centered in float64 first: the solver subtracts the mean from the products, which loses all digits far from zero.
    center = training.mean(axis=0, dtype=np.float64).astype(np.float32)
    solver = "covariance_eigh" if training.shape[1] <= 4096 else "auto"
    pca = PCA(svd_solver=solver, random_state=seed).fit(training - center)
    return Encoder(
        center + pca.mean_.astype(np.float32),
        pca.components_[: options.code_size].astype(np.float32),
        pca.explained_variance_ratio_,
        dataset.rows.shape[1:],
    )


def diagnostics(encoder: Encoder, dataset: Dataset, options: Options, seed: int) -> dict[str, np.ndarray]:
    """None: the report has no figures of PCA alone."""
    return {}
