"""Does a denoising autoencoder remove noise from MNIST better than filters that learn nothing?

Test images get normal noise of standard deviation 0.5, clipped to [0, 1], as in "Building Autoencoders in Keras"
(Chollet 2016). The network of examples/mnist_seven.yaml is compared with scikit-image's total variation (Chambolle
2004) and non-local means (Buades et al. 2005), each with the settings that work best on images of the training rows.
The figure is the mean peak signal-to-noise ratio of an image.
"""

import itertools
import time
from collections.abc import Callable

import numpy as np
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from benchmarks import example, pair
from pipeline.autoencoders import diagnostics, objectives

TUNING, TEST = 100, 1_000  # images

Filter = Callable[..., np.ndarray]  # (images (n, height, width), settings) -> images


def total_variation(images: np.ndarray, weight: float) -> np.ndarray:
    return np.stack([denoise_tv_chambolle(image, weight=weight) for image in images])


def non_local_means(images: np.ndarray, h: float, patch_size: int, patch_distance: int, sigma: float) -> np.ndarray:
    settings = {"h": h, "patch_size": patch_size, "patch_distance": patch_distance, "sigma": sigma}
    return np.stack([denoise_nl_means(image, fast_mode=True, **settings) for image in images])


PEERS: dict[str, tuple[Filter, dict[str, list[float]]]] = {
    "total variation": (total_variation, {"weight": [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0]}),
    "non-local means": (
        non_local_means,
        {
            "h": [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3],
            "patch_size": [3, 5, 7],
            "patch_distance": [5, 7],
            "sigma": [0.0, 0.2, 0.25, 0.3, 0.35],
        },
    ),
}


def best(denoise: Filter, grid: dict[str, list[float]], images: np.ndarray, noisy: np.ndarray) -> dict[str, float]:
    """The settings of the grid with the best quality on these images."""
    choices = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    return max(choices, key=lambda settings: quality(images, denoise(noisy, **settings)))


def quality(images: np.ndarray, denoised: np.ndarray) -> float:
    """Mean peak signal-to-noise ratio, dB."""
    return float(diagnostics.psnr(images, denoised.astype(np.float32), peak=1.0).mean())


def main() -> None:
    params, dataset = example.load("mnist_seven")
    tuning, test = dataset.part("train")[:TUNING], dataset.part("test")[:TEST]
    noise, level = (params.encoders["denoising"][key] for key in ("noise", "noise_level"))
    noisy_tuning, noisy = (
        np.asarray(objectives.add_noise(rows, noise, level, True, seed)) for seed, rows in ((1, tuning), (2, test))
    )
    print(f"PSNR in dB, mean of {TEST:,} test images with {noise} noise of {level}, clipped to [0, 1]")
    print(f"  {'noisy':<17}{quality(test, noisy):6.2f}", flush=True)
    psnr = {}
    for name, (denoise, grid) in PEERS.items():
        settings = best(denoise, grid, tuning, noisy_tuning)
        start = time.perf_counter()
        psnr[name] = quality(test, denoise(noisy, **settings))
        text = ", ".join(f"{key} {value:g}" for key, value in settings.items())
        print(f"  {name:<17}{psnr[name]:6.2f}   {text}, {time.perf_counter() - start:.1f} s", flush=True)
    encoder, _, note = example.train(params, "denoising", dataset)
    ours = quality(test, encoder.decode(encoder.encode(noisy)))
    print(f"  {'ours':<17}{ours:6.2f}   {note}")
    for name, theirs in psnr.items():
        pair.keep(f"MNIST with {noise} noise of {level}, denoised: PSNR (more is better)", ours, name, theirs, "dB")


if __name__ == "__main__":
    main()
