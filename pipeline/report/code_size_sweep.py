"""How many dimensions does a code need: what each doubling of its size buys, and estimates of the intrinsic dimension."""

from __future__ import annotations

from pipeline.report import curves, formatting
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table


def sentences(results: Results) -> list[str]:
    """What each autoencoder's doublings buy, and how many dimensions the data seem to have."""
    if not results.code_size_sweep:
        return []
    return [*(_doubling(results, name) for name in results.code_size_sweep), _dimension(results)]


def figures(results: Results) -> list[Figure]:
    figures = []
    for name, tables in results.code_size_sweep.items():
        errors, gains = tables["errors"], tables["gains"]
        means = errors.groupby("size")[["error", "pca_error"]].mean()
        alt = f"Unexplained variance of test rows with codes of {name}: " + "; ".join(
            f"{size} dimensions {100 * row.error:.1f} %, as many principal components {100 * row.pca_error:.1f} %"
            for size, row in zip(means.index, means.itertuples(), strict=True)
        )
        caption = (
            f"See where the solid line flattens: from there on, longer codes gain little. Dots: {int(errors['training'].max())} trainings of each size "
            f"from different seeds, cut short at about {results.params.code_size_sweep[name].steps:,} steps. "
            f"The last doubling gains {number(100 * gains['gain'].iloc[-1], 1)} points."
        )
        picture = curves.code_sizes(f"code-sizes-{name}", alt, errors, name)
        figures.append(Figure(f"Error by code size, {name}", caption, picture, name))
    return figures


def table(results: Results) -> Table:
    """Every doubling of every autoencoder in the sweep."""
    rows = []
    for name, tables in results.code_size_sweep.items():
        for row in tables["gains"].itertuples():
            ends = (100 * row.gain, 100 * row.low, 100 * row.high)
            decimals = formatting.digits(*ends[1:])
            cells = [number(value, decimals) for value in ends] + [number(100 * row.pca_gain, 1)]
            rows.append([name, f"{row.size} to {2 * row.size}", *cells])
    columns = ["encoder", "dimensions", "gain", "low", "high", "PCA's gain"]
    return Table(
        "Variance of test rows that doubling a code's size explains more, points", columns, rows, text_columns=1
    )


def _doubling(results: Results, name: str) -> str:
    """The doubling that begins nearest to the run's own code size."""
    gains, own = results.code_size_sweep[name]["gains"], results.params.encoders[name]["code_size"]
    row = min(gains.itertuples(), key=lambda row: (abs(row.size - own), row.size))
    ends = [100 * end for end in (row.gain, row.low, row.high)]
    decimals = formatting.digits(*ends[1:])
    return (
        f"At {row.size} dimensions, doubling the code of {name} gains {number(ends[0], decimals)} points of the test rows' "
        f"variance {formatting.between(*ends[1:], decimals)}, over {row.n} short trainings; "
        f"{2 * row.size} principal components explain {number(100 * row.pca_gain, 1)} more than {row.size}."
    )


def _dimension(results: Results) -> str:
    estimates = [
        f"{number(row.dimension, 1)} by {row.method}{f' of {row.neighbors} neighbors' if row.neighbors > 2 else ''}"
        for row in results.intrinsic_dimension.itertuples()
    ]
    return (
        f"The intrinsic dimension of the data is estimated as {formatting.listed(estimates)}, from the distances of "
        "neighbors. A code of fewer dimensions must fold or tear the data; noise makes the estimates larger."
    )
