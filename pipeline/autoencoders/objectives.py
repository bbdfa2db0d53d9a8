"""Training objectives: the reconstruction loss, and the terms that sparse and variational autoencoders add to it.

Each loss is a mean over the values of a batch that are not missing, so penalties weigh the same for rows of any size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.autoencoders.backend import keras
from pipeline.autoencoders.options import Options

ops, random = keras.ops, keras.random

Tensor = Any
# (rows, seed, fraction of the warm-up that is done) -> scalar
Loss = Callable[[Tensor, Any, Tensor], Tensor]


class StepSeeds(random.SeedGenerator):
    """Seeds for the random operations of one training step, from the epoch's key and the step's number (uint32 or int32
    scalars). No state is kept between steps, so any epoch can be repeated on its own."""

    def __init__(self, key: Tensor, step: Tensor) -> None:
        self.key, self.step, self.count = key, step, 0

    def next(self, ordered: bool = True) -> Tensor:
        self.count += 1  # while the graph is traced: each operation gets its own number
        return ops.stack([ops.cast(self.key, "uint32"), ops.cast(self.step * 16 + self.count, "uint32")])


def make_loss(options: Options, encoder: keras.Model, decoder: keras.Model, unit_interval: bool) -> Loss:
    """The loss of a batch of rows (b, *shape), NaN where a value is missing, for the options' objective."""
    logits = keras.Model(decoder.input, decoder.get_layer("logits").output)  # shares the decoder's layers

    def reconstruction(target: Tensor, code: Tensor) -> Tensor:
        return reconstruction_loss(target, logits(code), options.loss, unit_interval)

    def plain(rows: Tensor, seed: Any, warm_up: Tensor) -> Tensor:
        return reconstruction(rows, encoder(rows))

    def sparse(rows: Tensor, seed: Any, warm_up: Tensor) -> Tensor:
        code = encoder(rows)
        return reconstruction(rows, code) + options.sparsity_weight * sparsity_penalty(code, options)

    def denoising(rows: Tensor, seed: Any, warm_up: Tensor) -> Tensor:
        return reconstruction(rows, encoder(add_noise(rows, options.noise, options.noise_level, unit_interval, seed)))

    def variational(rows: Tensor, seed: Any, warm_up: Tensor) -> Tensor:
        """The negative evidence lower bound (Kingma and Welling 2014, eq. 10) per value, with the divergence weighted by
        beta (Higgins et al. 2017). Squared error is the likelihood of a normal distribution of variance 1, hence the 2."""
        mean, log_variance = encoder(rows)
        code = mean + ops.exp(log_variance / 2) * random.normal(ops.shape(mean), seed=seed)
        nats = ops.maximum(ops.mean(kl_divergence(mean, log_variance), axis=0), options.free_bits)
        values_per_row = ops.sum(_present(rows)) / ops.cast(ops.shape(rows)[0], "float32")
        weight = options.beta * warm_up * (1 if options.loss == "cross_entropy" else 2)
        return reconstruction(rows, code) + weight * ops.sum(nats) / values_per_row

    return {"plain": plain, "sparse": sparse, "denoising": denoising, "variational": variational}[options.objective]


def reconstruction_loss(rows: Tensor, logits: Tensor, loss: str, unit_interval: bool) -> Tensor:
    """Mean of cross_entropy or squared_error over the values that are not missing.

    logits  the decoder's output before its last activation: a sigmoid for rows in [0, 1], none otherwise
    """
    present = _present(rows)
    target = ops.where(present > 0, rows, 0.0)
    if loss == "cross_entropy":
        # For a logit z and a target x: max(z, 0) - z x + log(1 + exp(-|z|)), which does not overflow.
        losses = ops.relu(logits) - logits * target + ops.softplus(-ops.abs(logits))
    else:
        losses = ops.square(target - (ops.sigmoid(logits) if unit_interval else logits))
    return ops.sum(losses * present) / ops.sum(present)


def sparsity_penalty(code: Tensor, options: Options) -> Tensor:
    """Penalty for codes (b, d) that are not sparse.

    l1: the sum of absolute values per row, as Keras's activity regularizer computes it
    kl: the divergence of each dimension's mean activity from the target, summed (Ng 2011, "Sparse autoencoder", CS294A
        lecture notes, section 3)
    """
    if options.sparsity == "l1":
        return ops.mean(ops.sum(ops.abs(code), axis=-1))
    target, mean = options.target_activity, ops.clip(ops.mean(code, axis=0), 1e-6, 1 - 1e-6)
    return ops.sum(target * ops.log(target / mean) + (1 - target) * ops.log((1 - target) / (1 - mean)))


def add_noise(rows: Tensor, noise: str, level: float, unit_interval: bool, seed: Any) -> Tensor:
    """Rows with noise; values in [0, 1] are clipped to it, and missing values stay missing.

    gaussian: normal noise of standard deviation `level` is added; masking: a share `level` of the values becomes 0;
    salt_and_pepper: half of that share becomes 0, half 1 (Vincent et al. 2010, section 3.3).
    """
    if noise == "gaussian":
        noisy = rows + level * random.normal(ops.shape(rows), seed=seed)
        return ops.clip(noisy, 0.0, 1.0) if unit_interval else noisy
    draw = random.uniform(ops.shape(rows), seed=seed)
    replacement = ops.where(draw < level / 2, 1.0, 0.0) if noise == "salt_and_pepper" else ops.zeros_like(rows)
    return ops.where(ops.logical_or(draw >= level, ops.isnan(rows)), rows, replacement)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Divergence of the normal posterior from the standard normal prior, in nats, for each code dimension separately: the
    same shape (Kingma and Welling 2014, appendix B)."""
    return (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance) / 2


def _present(rows: Tensor) -> Tensor:
    """1 where there is a value, 0 where it is missing."""
    return ops.cast(ops.logical_not(ops.isnan(rows)), "float32")
