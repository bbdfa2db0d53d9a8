"""Principal components: the best linear code of its size (Hotelling 1933), and what every other code is held against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from pipeline import ragged
from pipeline.config import Strict
from pipeline.runtime.errors import InputError
from pipeline.types import Dataset, Layer


class Options(Strict):
    kind: Literal["pca"]
    code_size: Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class Encoder:
    """center (d,); components (code size, d), orthonormal rows; share (components fitted,) of the variance, which
    runs to the last component so that a scree curve can be drawn; shape of one row."""

    center: np.ndarray
    components: np.ndarray
    share: np.ndarray
    shape: tuple[int, ...]

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, *shape), padded or not -> float32 (n, code size)."""
        return ragged.blockwise(lambda block: [(block - self.center) @ self.components.T], ragged.flat(rows))[0]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, code size) -> float32 (n, *shape); of sequences, all their steps."""
        rows = ragged.blockwise(lambda block: [block @ self.components + self.center], codes)[0]
        return rows.reshape(len(codes), *self.shape)

    def layers(self) -> dict[str, list[Layer]]:
        """Both ways as dense layers, of flat rows."""
        return {
            "encoder": [(self.components.T, -self.components @ self.center, "linear")],
            "decoder": [(self.components, self.center, "linear")],
        }

    def save(self, folder: Path) -> None:
        np.savez(folder / "pca.npz", center=self.center, components=self.components, share=self.share,
                 shape=np.array(self.shape))  # fmt: skip


def load(folder: Path) -> Encoder:
    with (folder / "pca.npz").open("rb") as file, np.load(file, allow_pickle=False) as known:
        return Encoder(known["center"], known["components"], known["share"], tuple(known["shape"].tolist()))


def check(options: Options, rows: int, columns: int) -> None:
    """InputError where so many training rows of so many columns have fewer components than code_size."""
    if options.code_size > min(rows, columns):
        raise InputError(
            f"code_size is {options.code_size}; PCA of {rows:,} training rows by {columns:,} columns has at most"
            f" {min(rows, columns)}. Lower code_size, and that of the autoencoders that are held against it."
        )


def fit(
    dataset: Dataset, options: Options, seed: int, scratch: Path | None = None, label: str | None = None
) -> Encoder:
    """PCA of the training rows; InputError where they have fewer components than code_size."""
    from sklearn.decomposition import PCA

    training = ragged.flat(dataset.part("train"))
    check(options, *training.shape)
    # Centered in float64 first: the solver subtracts the mean only from the products, which cancels far from zero.
    center = training.mean(axis=0, dtype=np.float64).astype(np.float32)
    solver = "covariance_eigh" if training.shape[1] <= 4096 else "auto"
    found = PCA(svd_solver=solver, random_state=seed).fit(training - center)
    return Encoder(
        center + found.mean_.astype(np.float32),
        found.components_[: options.code_size].astype(np.float32),
        found.explained_variance_ratio_,
        dataset.rows.shape[1:],
    )


def diagnostics(encoder: Encoder, dataset: Dataset, options: Options, seed: int) -> dict[str, np.ndarray]:
    """Nothing: principal components need no picture of their own."""
    return {}
