"""Spaces + maps -> what each code and each map gets wrong, and how they compare."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import artifacts, evaluation, params, progress, rates, reconstruction, verdicts
from pipeline.stages import run


def main() -> None:
    given = params.load()
    dataset, raw = artifacts.load_dataset(), artifacts.load_space("raw")
    arrays = {name: artifacts.load_arrays(name) for name in given.encoders}
    codes = {name: trainings(found, "points") for name, found in arrays.items()}
    drawn = {name: artifacts.load_map(name) for name in given.maps}
    maps = {name: points for name, (points, _) in drawn.items()}

    with progress.bar("measures", evaluation.work(raw, codes, maps)) as show:
        measures, points = evaluation.measure(dataset, raw, codes, maps, given.evaluate.k, show)
    values = evaluation.by_start(measures, {name for name, (_, seeds) in drawn.items() if seeds})
    summary = evaluation.summarize(values)
    recall = {name: found for (view, name, measure), found in values.items() if (view, measure) == ("maps", "recall")}
    pairs = verdicts.pairs(given.maps, given.encoders)
    comparisons = verdicts.compare(recall, pairs, given.evaluate.equivalent_within)
    errors = {name: trainings(found, "error") for name, found in arrays.items()}
    sizes = {name: found.shape[-1] for name, found in codes.items()}
    rebuilt, scree, linear = reconstruction.compare(dataset, errors, sizes)
    trials = pd.concat([artifacts.load_trials(name).assign(encoder=name) for name in codes], ignore_index=True)
    rate = rates.table(dataset, trials, sizes, linear)

    artifacts.save_evaluation(
        {
            "measures": measures,
            "points": points,
            "summary": summary,
            "comparisons": comparisons,
            "reconstruction": rebuilt,
            "scree": scree,
            "trials": trials,
            "rates": rate,
        },
        evaluation.registrations(maps),
    )
    artifacts.save_metrics(evaluation.metrics(summary, rebuilt))
    recall_by_map = summary[(summary["view"] == "maps") & (summary["measure"] == "recall")]
    artifacts.save_plots(
        {
            "measures": summary,
            "recall": recall_by_map[["name", "value", "low", "high"]],
            "comparisons": comparisons,
            "reconstruction": rebuilt,
            "scree": scree,
            "trials": trials,
            "rates": rate,
            "training": training(codes),
        }
    )


def trainings(arrays: dict[str, np.ndarray], part: str) -> np.ndarray:
    """points (n, d), or error (n,), of each training of an encoder, stacked."""
    return np.stack([arrays[part], *arrays.get(f"further_{part}", [])])


def training(encoders: dict[str, Any]) -> pd.DataFrame:
    """The training curves of all encoders that have one: encoder, epoch, loss, validation_loss."""
    histories = {name: artifacts.load_history(name) for name in encoders}
    found = [history.assign(encoder=name) for name, history in histories.items() if history is not None]
    columns = ["encoder", "epoch", "loss", "validation_loss"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)


if __name__ == "__main__":
    run("evaluate", main)
