"""Options of an autoencoder (architecture, objective, training), and which of them go together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from pipeline.config import Strict, conflict, parse
from pipeline.runtime.errors import InputError

# Options of some architectures or objectives only -> the option that decides, and its values that need them. All of them
# are required with these values, and refused with others; architecture: auto may set any.
CONDITIONAL: dict[str, tuple[str, str]] = {
    "code_maps": ("architecture", "convolutional"),
    "cell": ("architecture", "sequence"),
    "sparsity": ("objective", "sparse"),
    "sparsity_weight": ("objective", "sparse"),
    "target_activity": ("sparsity", "kl"),
    "noise": ("objective", "denoising"),
    "noise_level": ("objective", "denoising"),
    "beta": ("objective", "variational"),
    "warm_up": ("objective", "variational"),
    "free_bits": ("objective", "variational"),
}
AUTO = {"vector": "dense", "image": "convolutional", "sequence": "sequence"}


class Options(Strict):
    """Options of one autoencoder. None where an option belongs to another architecture or objective (see CONDITIONAL).

    loss             None: cross_entropy for values in [0, 1], otherwise squared_error
    hidden           sizes of the layers between the input and the code, mirrored in the decoder: units of dense or
                     recurrent layers, filters of convolutional blocks
    code_maps        whether the code of a convolutional network is its last feature maps, without a dense layer
    cell             of recurrent layers
    sparsity         l1: sparsity_weight times the sum of a code's absolute values; kl: sparsity_weight times the
                     divergence of each dimension's mean activity from target_activity
    noise_level      gaussian: standard deviation, in units of the scaled data; otherwise the share of values replaced
    beta             weight of the divergence of the posterior from the prior; it grows to this over warm_up epochs
    free_bits        nats of divergence per code dimension that cost nothing
    shift            images: half of the rows are moved by up to this many pixels, differently in each step
    jitter           other data: standard deviation of the noise added to rows, in units of the scaled data
    learning_rate_warm_up  epochs over which the learning rate rises before it falls
    weight_decay     decoupled weight decay (Loshchilov and Hutter 2019)
    clip_norm        maximum Euclidean norm of all gradients of a step together
    averaging        decay of an exponential average of the weights over steps
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
    def _check_conflicts(self) -> Self:
        for key, (owner, needed) in CONDITIONAL.items():
            value, chosen = getattr(self, key), getattr(self, owner)
            if value is None and chosen == needed:
                raise conflict(key, f"is missing; {owner}: {chosen} needs it.")
            if value is not None and chosen not in (needed, "auto"):
                problem = f"is set, but belongs to {owner}: {needed}; here {owner} is {chosen or 'not set'}."
                raise conflict(key, f"{problem} Remove it, or change {owner}.")
        if self.objective == "variational" and self.code_activation != "linear":
            raise conflict("code_activation", f"is {self.code_activation}; objective: variational needs linear.")
        if self.sparsity == "kl" and self.code_activation != "sigmoid":
            raise conflict("code_activation", f"is {self.code_activation}; sparsity: kl needs sigmoid.")
        if self.noise in ("masking", "salt_and_pepper") and self.noise_level > 1:
            raise conflict(
                "noise_level", f"is {self.noise_level:g}; {self.noise} replaces a share of values, at most 1."
            )
        check_warm_up(self.learning_rate_warm_up, self.epochs)
        if self.architecture == "sequence" and not self.hidden:
            raise conflict("hidden", "is empty; architecture: sequence needs a recurrent layer, for example [64].")
        return self

    def resolved(self, kind: str, shape: tuple[int, ...], unit_interval: bool) -> Options:
        """Options for rows of this kind and shape, without `auto`; InputError if the options do not fit the rows."""
        chosen = AUTO[kind] if self.architecture == "auto" else self.architecture
        data = {"vector": f"vectors of {shape[0]} columns", "image": "images", "sequence": "sequences"}[kind]
        if chosen == "convolutional" and kind != "image":
            raise InputError(f"architecture is convolutional, which needs images; the data are {data}. Use auto.")
        if chosen == "sequence" and kind == "vector":
            raise InputError(
                f"architecture is sequence, which needs sequences or images; the data are {data}. Use auto."
            )
        if self.noise == "salt_and_pepper" and not unit_interval:
            raise InputError(
                "noise is salt_and_pepper, which needs values in [0, 1]. Use gaussian or masking, or data.scaling: unit."
            )
        if self.loss == "cross_entropy" and not unit_interval:
            raise InputError(
                "loss is cross_entropy, which needs values in [0, 1]. Use squared_error, or data.scaling: unit."
            )
        if self.shift and kind != "image":
            raise InputError(f"shift is {self.shift}, which needs images; the data are {data}. Use jitter.")
        if self.jitter and kind == "image":
            raise InputError(f"jitter is {self.jitter:g}, which is not for images. Use shift.")
        if self.shift and self.shift >= min(shape[:2]):
            raise InputError(
                f"shift is {self.shift}; images of {shape[0]} x {shape[1]} allow at most {min(shape[:2]) - 1}."
            )
        if chosen == "convolutional" and self.code_maps:
            self._check_code_maps(shape)
        values = {key: getattr(self, key) for key in Options.model_fields} | {
            "architecture": chosen,
            "loss": self.loss or ("cross_entropy" if unit_interval else "squared_error"),
        }
        if self.architecture == "auto":  # which may set options of architectures that are not chosen
            values |= {key: None for key, (_, needed) in CONDITIONAL.items() if needed in {*AUTO.values()} - {chosen}}
        return parse(Options, values, path=Path(f"architecture: auto is {chosen} for {data}"))

    def _check_code_maps(self, shape: tuple[int, ...]) -> None:
        height, width = sides(shape[:2], len(self.hidden) + 1)[-1]
        if self.code_size % (height * width):
            nearest = max(1, round(self.code_size / (height * width))) * height * width
            raise InputError(
                f"code_size is {self.code_size}; with code_maps it must be a multiple of {height} x {width} ="
                f" {height * width}, the size of a feature map after {len(self.hidden)} hidden blocks and the code's own."
                f" Use {nearest}, or another number of hidden blocks."
            )


def check_warm_up(warm_up: int | None, epochs: int) -> None:
    """For a model's validator: the learning rate must have an epoch left to fall in."""
    if (warm_up or 0) >= epochs:
        raise conflict("learning_rate_warm_up", f"is {warm_up}; it must be less than epochs, {epochs}.")


def sides(size: tuple[int, ...], halvings: int) -> list[tuple[int, ...]]:
    """(height, width) before and after each halving, which rounds up."""
    sizes = [size]
    for _ in range(halvings):
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    return sizes
