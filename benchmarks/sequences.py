"""Does a recurrent autoencoder reconstruct sequences better than as many principal components?

Japanese Vowels, as examples/japanese_vowels.yaml says: the squared error of a frame, summed over its 12 channels, which
have standard deviation 1 over the training rows without padding; the mean over all frames of the 370 test sequences.
Principal components are of whole sequences, with 0 for missing steps. The autoencoder is trained from several seeds.
"""

import argparse
from dataclasses import replace
from typing import Any

from benchmarks import example, pair
from pipeline import ragged
from pipeline.types import Dataset


def error(encoder: Any, dataset: Dataset) -> float:
    """Mean squared error of a frame of the test rows, without padding."""
    test = dataset.part("test")
    squares = ragged.squared_error(test, encoder.decode(encoder.encode(test)))
    return float(squares.sum() / ragged.lengths(test).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="trainings of the autoencoder")
    seeds = parser.parse_args().seeds
    params, dataset = example.load("japanese_vowels")
    everything = replace(dataset, table=dataset.table.replace({"split": {"validation": "train"}}))
    size = params.encoders["pca"]["code_size"]
    print(f"Squared error of a test frame, codes of {size} dimensions")
    for fitted_on, source in (("training rows", dataset), ("training and validation rows", everything)):
        encoder, _, _ = example.train(params, "pca", source)
        pca = error(encoder, dataset)  # the last one, which learns from more rows, is the peer
        print(f"  {'pca':<10} {pca:.3f}   of {fitted_on}")
    for seed in range(seeds):
        encoder, options, note = example.train(params, "sequence", dataset, seed)
        ours = error(encoder, dataset)
        print(f"  {'sequence':<10} {ours:.3f}   seed {seed}, {options.cell} {list(options.hidden)}, {note}", flush=True)
        title = f"Japanese Vowels, squared error of a test frame, {size} dimensions, seed {seed}"
        pair.keep(title, ours, "PCA", pca, "of 1")


if __name__ == "__main__":
    main()
