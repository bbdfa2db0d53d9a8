"""Options of parametric maps: networks that learn a map."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from pipeline.autoencoders.options import Options, check_warm_up
from pipeline.config import Strict, Sweepable, conflict
from pipeline.types import Layer


class ParametricOptions(Strict):
    """Options of a network that learns a map.

    hidden          sizes of the layers before the map, as for an autoencoder
    epochs          each draws as many edges as there are training rows
    batch_size      edges per step; their ends are each other's noise samples, so larger batches come closer to t-SNE
    reconstruction  weight of the squared error of a mirrored network that reconstructs rows from the map
    shift, jitter, averaging, learning_rate_warm_up, weight_decay: as for an autoencoder
    """

    space: str
    hidden: tuple[PositiveInt, ...]
    epochs: Sweepable[PositiveInt]
    batch_size: Sweepable[PositiveInt]
    learning_rate: Sweepable[PositiveFloat]
    architecture: Sweepable[Literal["auto", "dense", "convolutional"] | None] = None
    reconstruction: Sweepable[PositiveFloat | None] = None
    shift: Sweepable[PositiveInt | None] = None
    jitter: Sweepable[PositiveFloat | None] = None
    averaging: Sweepable[Annotated[float | None, Field(gt=0, lt=1)]] = None
    learning_rate_warm_up: Sweepable[PositiveInt | None] = None
    weight_decay: Sweepable[PositiveFloat | None] = None

    @model_validator(mode="after")
    def _check_conflicts(self) -> Self:
        check_warm_up(self.learning_rate_warm_up, self.epochs)
        if self.space != "raw" and (self.architecture == "convolutional" or self.shift):
            key = "architecture" if self.architecture == "convolutional" else "shift"
            raise conflict(key, f"is {getattr(self, key)}, which is for images; {self.space} holds codes. Remove it.")
        return self

    def layers(self, mapper: dict[str, np.ndarray]) -> dict[str, list[Layer]] | None:
        """The networks of a mapper as dense layers, on flattened rows; None if they have other layers."""
        if self.architecture not in (None, "dense"):
            return None
        center, scale = mapper["center"].ravel(), mapper["scale"]
        networks = {}
        for part in ("encoder", "decoder"):
            arrays = [mapper[name] for name in sorted(mapper) if name.startswith(f"{part}_")]
            networks[part] = [(*pair, "gelu") for pair in zip(arrays[::2], arrays[1::2], strict=True)]
            if networks[part]:
                networks[part][-1] = (*networks[part][-1][:2], "linear")
        weights, bias, activation = networks["encoder"][0]
        networks["encoder"][0] = (weights / scale, bias - (center / scale) @ weights, activation)
        if not networks["decoder"]:
            return {"transform": networks["encoder"]}
        weights, bias, activation = networks["decoder"][-1]
        networks["decoder"][-1] = (weights * scale, bias * scale + center, activation)
        return {"transform": networks["encoder"], "reconstruct": networks["decoder"]}

    @property
    def network(self) -> Options:
        """The options of an autoencoder whose code is the map."""
        shared = {
            key: getattr(self, key) for key in ParametricOptions.model_fields.keys() & Options.model_fields.keys()
        }
        own = {
            "architecture": self.architecture or "dense",
            "objective": "plain",
            "code_size": 2,
            "code_activation": "linear",
            "code_maps": False if self.architecture in ("convolutional", "auto") else None,
            "patience": self.epochs,
            "loss": "squared_error",
        }
        return Options(**shared | own)
