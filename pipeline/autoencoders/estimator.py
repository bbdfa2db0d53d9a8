"""The autoencoder as a scikit-learn transformer, for notebooks, pipelines and grid searches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from pipeline import config
from pipeline.autoencoders import networks, training
from pipeline.autoencoders.options import Options
from pipeline.runtime.atomic_io import write_json


class Autoencoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Compress rows to short codes, and reconstruct them.

    X is vectors (n, d), images (n, height, width[, channels]), or sequences (n, steps, channels) with NaN after the end of
    shorter ones; a 3-d X is taken for sequences if architecture is "sequence" or there are NaN. Rows are not scaled. The loss
    is cross-entropy for values in [0, 1], and squared error for others, which should be standardized.

    The parameters are those of an autoencoder in params.yaml (see autoencoders.options.Options), and:
    validation_fraction  share of the rows that are used for early stopping only
    random_state         of the initial weights, the order of rows, and all noise

    Attributes: networks_ (encoder and decoder, Keras models), history_ (epoch, loss, validation_loss), shape_ of one
    row, n_features_in_.
    """

    def __init__(
        self,
        *,
        architecture: str = "dense",
        objective: str = "plain",
        hidden: tuple[int, ...] = (256, 128, 64),
        code_size: int = 10,
        code_activation: str = "linear",
        epochs: int = 100,
        batch_size: int = 128,
        learning_rate: float = 0.003,
        patience: int = 15,
        code_maps: bool | None = None,
        cell: str | None = None,
        sparsity: str | None = None,
        sparsity_weight: float | None = None,
        target_activity: float | None = None,
        noise: str | None = None,
        noise_level: float | None = None,
        beta: float | None = None,
        warm_up: int | None = None,
        free_bits: float | None = None,
        loss: str | None = None,
        shift: int | None = None,
        jitter: float | None = None,
        learning_rate_warm_up: int | None = None,
        weight_decay: float | None = None,
        clip_norm: float | None = None,
        averaging: float | None = None,
        validation_fraction: float = 0.1,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.architecture = architecture
        self.objective = objective
        self.hidden = hidden
        self.code_size = code_size
        self.code_activation = code_activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.code_maps = code_maps
        self.cell = cell
        self.sparsity = sparsity
        self.sparsity_weight = sparsity_weight
        self.target_activity = target_activity
        self.noise = noise
        self.noise_level = noise_level
        self.beta = beta
        self.warm_up = warm_up
        self.free_bits = free_bits
        self.loss = loss
        self.shift = shift
        self.jitter = jitter
        self.learning_rate_warm_up = learning_rate_warm_up
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.averaging = averaging
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Train on X; y is ignored. ValueError, in one line, if parameters conflict or do not fit X."""
        X = validate_data(self, X, ensure_min_samples=2, **_check_options(X))
        values = _python_numbers({name: getattr(self, name) for name in Options.model_fields})
        options = config.parse(Options, values, path=Path("Autoencoder"))
        rng = check_random_state(self.random_state)
        order = rng.permutation(len(X))
        held_out = int(np.clip(round(self.validation_fraction * len(X)), 1, len(X) - 1))
        rows = X.astype(np.float32)
        series = X.ndim == 3 and (self.architecture == "sequence" or bool(np.isnan(X).any()))
        self.shape_ = X.shape[1:]
        self.networks_ = training.fit(
            rows,
            order[held_out:],
            order[:held_out],
            kind="sequence" if series else "vector" if X.ndim == 2 else "image",
            unit_interval=bool(np.nanmin(rows) >= 0 and np.nanmax(rows) <= 1),
            options=options,
            seed=int(rng.randint(2**31)),
        )
        self.history_ = self.networks_.history
        return self

    def transform(self, X: Any) -> np.ndarray:
        """(n, *shape) -> codes (n, code_size), in X's precision."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, **_check_options(X))
        if X.shape[1:] != self.shape_:
            raise ValueError(f"Autoencoder: rows of X have the shape {X.shape[1:]}; it was fitted to {self.shape_}.")
        return self.networks_.encode(X).astype(X.dtype)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """Codes (n, code_size) -> reconstructions (n, *shape), in the codes' precision."""
        check_is_fitted(self)
        codes = check_array(X, dtype=[np.float64, np.float32])
        if codes.shape[1] != self.code_size:
            raise ValueError(
                f"Autoencoder: codes have {codes.shape[1]} dimensions; it was fitted with {self.code_size}."
            )
        return self.networks_.decode(codes).astype(codes.dtype)

    def score(self, X: Any, y: Any = None) -> float:
        """Negative mean squared error of the reconstructions, without missing values: higher is better."""
        reconstructions = self.inverse_transform(self.transform(X))
        return -float(np.nanmean(np.square(np.asarray(X, dtype=np.float64) - reconstructions)))

    def save(self, folder: str | Path) -> None:
        """Write encoder.keras, decoder.keras, history.csv and estimator.json into a new folder."""
        check_is_fitted(self)
        folder = Path(folder)
        folder.mkdir(parents=True)
        self.networks_.save(folder)
        parameters = _python_numbers(
            {name: value for name, value in self.get_params().items() if name != "random_state"}
        )
        write_json(folder / "estimator.json", {"parameters": parameters, "shape": self.shape_})

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """What `save` wrote; a file that contains code is refused."""
        saved = json.loads((Path(folder) / "estimator.json").read_text(encoding="utf-8"))
        saved["parameters"]["hidden"] = tuple(saved["parameters"]["hidden"])
        estimator = cls(**saved["parameters"])
        estimator.networks_ = networks.load(Path(folder))
        estimator.history_ = estimator.networks_.history
        estimator.shape_ = tuple(saved["shape"])
        estimator.n_features_in_ = estimator.shape_[0]
        return estimator

    @property
    def _n_features_out(self) -> int:
        return self.code_size

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _python_numbers(parameters: dict[str, Any]) -> dict[str, Any]:
    """Python's numbers in place of NumPy's, which a grid search passes."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in parameters.items()}


def _check_options(X: Any) -> dict[str, Any]:
    """Options of scikit-learn's checks: NaN are allowed in 3-d arrays only, where they mark missing steps."""
    dimensions = X.ndim if hasattr(X, "ndim") else np.asarray(X).ndim
    finite = "allow-nan" if dimensions == 3 else True
    return {"dtype": [np.float64, np.float32], "allow_nd": True, "ensure_all_finite": finite}
