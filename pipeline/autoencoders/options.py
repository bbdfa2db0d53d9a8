"""What can be said about an autoencoder: its architecture, its objective, its training; and what goes together."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from pipeline.config import Strict, conflict
from pipeline.runtime.errors import InputError

# Options that only some architectures or objectives have -> the key and the values that ask for them.
BELONGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "code_maps": ("architecture", ("convolutional", "auto")),
    "cell": ("architecture", ("sequence", "auto")),
    "sparsity": ("objective", ("sparse",)),
    "sparsity_weight": ("objective", ("sparse",)),
    "target_activity": ("sparsity", ("kl",)),
    "noise": ("objective", ("denoising",)),
    "noise_level": ("objective", ("denoising",)),
    "beta": ("objective", ("variational",)),
    "warm_up": ("objective", ("variational",)),
    "free_bits": ("objective", ("variational",)),
}
AUTO = {"vector": "dense", "image": "convolutional", "sequence": "sequence"}


class Options(Strict):
    """Of one autoencoder. None where an option belongs to another architecture or objective (see BELONGS).

    loss             None: cross_entropy for rows in [0, 1], else squared_error
    hidden           widths of the layers between the rows and the code, mirrored after it: units of dense or recurrent
                     layers, filters of convolutional blocks
    code_maps        whether the code of a convolutional network is small maps, in place of one dense layer
    cell             of recurrent layers
    sparsity         l1: sparsity_weight times the sum of a code's absolute values; kl: sparsity_weight times the
                     divergence of each number's mean activity from target_activity
    noise_level      gaussian: standard deviation, in units of the scaled data; else the share of values replaced
    beta             weight of the divergence of the posterior from the prior; it grows to that over warm_up epochs
    free_bits        nats of divergence by number of the code that cost nothing
    shift            images: half of the rows are moved by up to so many pixels, anew in each step
    jitter           others: standard deviation of the noise that is added to rows, in units of the scaled data
    learning_rate_warm_up  epochs over which the learning rate rises to its own, before it falls
    weight_decay     share of each weight, times the learning rate, that a step takes off (Loshchilov and Hutter 2019)
    clip_norm        the most that all gradients of a step may measure together (Euclidean norm)
    averaging        weights are averaged over steps, each former step counting this much of the next one
    """

    architecture: Literal["auto", "dense", "convolutional", "sequence"]
    objective: Literal["plain", "sparse", "denoising", "variational"]
    hidden: tuple[PositiveInt, ...]
    code_size: PositiveInt
    code_activation: Literal["linear", "relu", "sigmoid"]
    epochs: PositiveInt
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    patience: PositiveInt
    code_maps: bool | None = None
    cell: Literal["lstm", "gru"] | None = None
    sparsity: Literal["l1", "kl"] | None = None
    sparsity_weight: PositiveFloat | None = None
    target_activity: Annotated[float, Field(gt=0, lt=1)] | None = None
    noise: Literal["gaussian", "masking", "salt_and_pepper"] | None = None
    noise_level: PositiveFloat | None = None
    beta: PositiveFloat | None = None
    warm_up: NonNegativeInt | None = None
    free_bits: NonNegativeFloat | None = None
    loss: Literal["cross_entropy", "squared_error"] | None = None
    shift: PositiveInt | None = None
    jitter: PositiveFloat | None = None
    learning_rate_warm_up: PositiveInt | None = None
    weight_decay: PositiveFloat | None = None
    clip_norm: PositiveFloat | None = None
    averaging: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        for key, (owner, values) in BELONGS.items():
            chosen, value = getattr(self, owner), getattr(self, key)
            if value is None and chosen in values and chosen != "auto":
                raise conflict(key, f"is missing; {owner}: {chosen} needs it.")
            if value is not None and chosen not in values:
                said = f"is set, but belongs to {owner}: {values[0]}; here {owner} is {chosen or 'not set'}."
                raise conflict(key, f"{said} Take it out, or change {owner}.")
        if self.objective == "variational" and self.code_activation != "linear":
            said = f"is {self.code_activation}; a variational code can be any number. Use linear."
            raise conflict("code_activation", said)
        if self.sparsity == "kl" and self.code_activation != "sigmoid":
            said = (
                f"is {self.code_activation}; the activity that sparsity: kl looks at lies between 0 and 1. Use sigmoid."
            )
            raise conflict("code_activation", said)
        if self.noise in ("masking", "salt_and_pepper") and self.noise_level > 1:
            raise conflict("noise_level", f"is {self.noise_level:g}; {self.noise} replaces a share, at most 1.")
        if (self.learning_rate_warm_up or 0) >= self.epochs:
            said = f"is {self.learning_rate_warm_up}; of {self.epochs} epochs none is left for it to fall. Lower it."
            raise conflict("learning_rate_warm_up", said)
        if self.architecture == "sequence" and not self.hidden:
            raise conflict("hidden", "is empty; architecture: sequence needs a recurrent layer. Use [64], say.")
        return self

    def resolved(self, kind: str, shape: tuple[int, ...], unit_interval: bool) -> Options:
        """The same for rows of this kind and shape, `auto` decided; InputError where they do not go together."""
        chosen = AUTO[kind] if self.architecture == "auto" else self.architecture
        what = {"vector": f"vectors of {shape[0]} columns", "image": "images", "sequence": "series"}[kind]
        if chosen == "convolutional" and kind != "image":
            raise InputError(f"architecture is convolutional, which needs images; the data are {what}. Use auto.")
        if chosen == "sequence" and kind == "vector":
            raise InputError(f"architecture is sequence, which needs series or images; the data are {what}. Use auto.")
        if self.noise == "salt_and_pepper" and not unit_interval:
            raise InputError(
                "noise is salt_and_pepper, which needs values in [0, 1], so that it is known what is black and what "
                "is white. Use gaussian or masking, or data.scaling: unit."
            )
        if self.loss == "cross_entropy" and not unit_interval:
            raise InputError(
                "loss is cross_entropy, which needs values in [0, 1]. Use squared_error, or data.scaling: unit."
            )
        if self.shift and kind != "image":
            raise InputError(f"shift is {self.shift}, which moves images; the data are {what}. Use jitter.")
        if self.jitter and kind == "image":
            raise InputError(
                f"jitter is {self.jitter:g}, which is for columns and series; the data are {what}. Use shift."
            )
        if self.shift and self.shift >= min(shape[:2]):
            raise InputError(f"shift is {self.shift}; images of {shape[0]} x {shape[1]} would be gone. Use 1, say.")
        used: dict[str, Any] = {
            "architecture": chosen,
            "loss": self.loss or ("cross_entropy" if unit_interval else "squared_error"),
        }
        if self.architecture == "auto":  # it may name options of architectures that are not chosen
            used |= {key: None for key in ("code_maps", "cell") if chosen not in BELONGS[key][1]}
        try:
            return Options.model_validate({name: getattr(self, name) for name in Options.model_fields} | used)
        except ValueError as error:
            said = error.errors()[0]["ctx"]
            raise InputError(f"architecture: auto is {chosen} for {what}, where {said['key']} {said['said']}") from None
