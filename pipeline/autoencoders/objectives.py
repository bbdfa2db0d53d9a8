"""What training asks for: to rebuild the rows, and what is asked of the code beside that.

Each loss is a mean over the true values of a batch, so that penalties weigh the same for rows of any size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.options import Options

ops, random = keras.ops, keras.random

Tensor = Any
# (rows, seed, share of the warm-up that is over) -> scalar
Loss = Callable[[Tensor, Any, Tensor], Tensor]


class StepSeeds(random.SeedGenerator):
    """Seeds for the random operations of one step, made from the epoch's key and the step's number, both uint32 or
    int32 scalars: nothing is kept from step to step, so each epoch can be repeated by itself."""

    def __init__(self, key: Tensor, step: Tensor) -> None:
        self.key, self.step, self.count = key, step, 0

    def next(self, ordered: bool = True) -> Tensor:
        self.count += 1  # while the graph is traced: each operation has a number of its own
        return ops.stack([ops.cast(self.key, "uint32"), ops.cast(self.step * 16 + self.count, "uint32")])


def make(options: Options, encoder: keras.Model, decoder: keras.Model, unit_interval: bool) -> Loss:
    """The loss of one batch of rows (b, *shape), NaN where a value is missing, by the options' objective."""
    rebuild = keras.Model(decoder.input, decoder.get_layer("logits").output)  # shares the decoder's layers

    def misfit(rows: Tensor, logits: Tensor) -> Tensor:
        return error(rows, logits, options.loss, unit_interval)

    def plain(rows: Tensor, seed: Any, warm: Tensor) -> Tensor:
        return misfit(rows, rebuild(encoder(rows)))

    def sparse(rows: Tensor, seed: Any, warm: Tensor) -> Tensor:
        code = encoder(rows)
        return misfit(rows, rebuild(code)) + options.sparsity_weight * activity(code, options)

    def denoising(rows: Tensor, seed: Any, warm: Tensor) -> Tensor:
        noisy = corrupt(rows, options.noise, options.noise_level, unit_interval, seed)
        return misfit(rows, rebuild(encoder(noisy)))

    def variational(rows: Tensor, seed: Any, warm: Tensor) -> Tensor:
        """The negative evidence lower bound (Kingma and Welling 2014, eq. 10) by value, the divergence weighed by
        beta (Higgins et al. 2017). Squared error stands for a normal likelihood of variance 1, hence the 2."""
        mean, log_variance = encoder(rows)
        code = mean + ops.exp(log_variance / 2) * random.normal(ops.shape(mean), seed=seed)
        nats = ops.maximum(ops.mean(divergence(mean, log_variance), axis=0), options.free_bits)
        values = ops.sum(_true(rows)) / ops.cast(ops.shape(rows)[0], "float32")  # of a row
        price = options.beta * warm * (1 if options.loss == "cross_entropy" else 2)
        return misfit(rows, rebuild(code)) + price * ops.sum(nats) / values

    return {"plain": plain, "sparse": sparse, "denoising": denoising, "variational": variational}[options.objective]


def error(rows: Tensor, logits: Tensor, loss: str, unit_interval: bool) -> Tensor:
    """Mean over the true values of a loss, cross_entropy or squared_error. Logits of rows in [0, 1] are those of a
    sigmoid, others the rebuilt values themselves."""
    true = _true(rows)
    known = ops.where(true > 0, rows, 0.0)
    if loss == "cross_entropy":
        # Of a logit z and a target x: max(z, 0) - z x + log(1 + exp(-|z|)), which no z overflows.
        each = ops.relu(logits) - logits * known + ops.softplus(-ops.abs(logits))
    else:
        each = ops.square(known - (ops.sigmoid(logits) if unit_interval else logits))
    return ops.sum(each * true) / ops.sum(true)


def activity(code: Tensor, options: Options) -> Tensor:
    """How far a code (b, d) is from sparse.

    l1: the sum of absolute values by row, as Keras's activity regularizer has it; kl: the divergence of each number's
    mean activity from the target, summed (Ng 2011, "Sparse autoencoder", CS294A lecture notes, section 3).
    """
    if options.sparsity == "l1":
        return ops.mean(ops.sum(ops.abs(code), axis=-1))
    target, mean = options.target_activity, ops.clip(ops.mean(code, axis=0), 1e-6, 1 - 1e-6)
    return ops.sum(target * ops.log(target / mean) + (1 - target) * ops.log((1 - target) / (1 - mean)))


def corrupt(rows: Tensor, noise: str, level: float, unit_interval: bool, seed: Any) -> Tensor:
    """Rows with noise; values in [0, 1] stay there, and what is missing stays missing.

    gaussian: normal with standard deviation `level` is added; masking: a share `level` of the values becomes 0;
    salt_and_pepper: half of that share becomes 0, half 1 (Vincent et al. 2010, section 3.3).
    """
    if noise == "gaussian":
        noisy = rows + level * random.normal(ops.shape(rows), seed=seed)
        return ops.clip(noisy, 0.0, 1.0) if unit_interval else noisy
    draw = random.uniform(ops.shape(rows), seed=seed)
    replaced = ops.where(draw < level / 2, 1.0, 0.0) if noise == "salt_and_pepper" else ops.zeros_like(rows)
    return ops.where(ops.logical_or(draw >= level, ops.isnan(rows)), rows, replaced)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Of each code number's normal posterior from the standard normal prior, in nats (Kingma and Welling 2014,
    appendix B); the same shape."""
    return (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance) / 2


def _true(rows: Tensor) -> Tensor:
    """1 where a value is there, 0 where it is missing."""
    return ops.cast(ops.logical_not(ops.isnan(rows)), "float32")
