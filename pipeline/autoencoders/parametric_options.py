"""What can be said about a network that learns a map."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from pipeline.autoencoders.options import Options
from pipeline.config import Strict, conflict
from pipeline.types import Layer


class ParametricOptions(Strict):
    """Of a network that learns a map.

    hidden          widths of the layers before the plane, as for an autoencoder
    epochs          in each, as many edges are drawn as there are training rows
    batch_size      edges a step; their ends are each other's noise, so that larger ones come nearer to t-SNE
    reconstruction  weight of the squared error of rows that a mirrored network rebuilds from the plane
    shift, jitter, averaging, learning_rate_warm_up, weight_decay: as for an autoencoder
    """

    of_training: ClassVar[bool] = True  # training rows alone are looked at

    space: str
    hidden: tuple[PositiveInt, ...]
    epochs: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    architecture: Literal["auto", "dense", "convolutional"] | None = None
    reconstruction: PositiveFloat | None = None
    shift: PositiveInt | None = None
    jitter: PositiveFloat | None = None
    averaging: Annotated[float, Field(gt=0, lt=1)] | None = None
    learning_rate_warm_up: PositiveInt | None = None
    weight_decay: PositiveFloat | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if (self.learning_rate_warm_up or 0) >= self.epochs:
            said = f"is {self.learning_rate_warm_up}; of {self.epochs} epochs none is left for it to fall. Lower it."
            raise conflict("learning_rate_warm_up", said)
        if self.space != "raw" and (self.architecture == "convolutional" or self.shift):
            key = "architecture" if self.architecture == "convolutional" else "shift"
            raise conflict(key, f"is {getattr(self, key)}, which is for images; {self.space} holds codes. Leave it out.")
        return self

    def layers(self, mapper: dict[str, np.ndarray]) -> dict[str, list[Layer]] | None:
        """The networks whose weights are in a mapper, as autoencoders.parametric keeps them, as dense layers; None if they are not."""
        if self.architecture not in (None, "dense"):
            return None
        center, spread = mapper["center"].ravel(), mapper["spread"]
        networks = {}
        for part in ("encoder", "decoder"):
            kept = [mapper[name] for name in sorted(mapper) if name.startswith(f"{part}_")]
            networks[part] = [(*pair, "gelu") for pair in zip(kept[::2], kept[1::2], strict=True)]
            if networks[part]:
                networks[part][-1] = (*networks[part][-1][:2], "linear")
        weights, bias, activation = networks["encoder"][0]
        networks["encoder"][0] = (weights / spread, bias - (center / spread) @ weights, activation)
        if not networks["decoder"]:
            return {"place": networks["encoder"]}
        weights, bias, activation = networks["decoder"][-1]
        networks["decoder"][-1] = (weights * spread, bias * spread + center, activation)
        return {"place": networks["encoder"], "rebuild": networks["decoder"]}

    @property
    def network(self) -> Options:
        """An autoencoder's options with the plane as code."""
        return Options(
            architecture=self.architecture or "dense",
            objective="plain",
            hidden=self.hidden,
            code_size=2,
            code_activation="linear",
            code_maps=False if self.architecture in ("convolutional", "auto") else None,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            patience=self.epochs,
            loss="squared_error",
            shift=self.shift,
            jitter=self.jitter,
            averaging=self.averaging,
            learning_rate_warm_up=self.learning_rate_warm_up,
            weight_decay=self.weight_decay,
        )
