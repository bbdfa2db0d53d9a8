"""How many numbers does a code need: what each doubling of its size buys, and two estimates of the data's own dimension."""

from __future__ import annotations

from pipeline.report import curves, formatting
from pipeline.report.figures import Figure
from pipeline.report.formatting import number
from pipeline.report.results import Results
from pipeline.report.tables import Table


def said(results: Results) -> list[str]:
    """What each advised autoencoder's doublings buy, and how many dimensions the data seem to have."""
    if not results.code_size_sweep:
        return []
    return [*(_doubling(results, name) for name in results.code_size_sweep), _dimension(results)]


def figures(results: Results) -> list[Figure]:
    found = []
    for name, tables in results.code_size_sweep.items():
        errors, gains = tables["errors"], tables["gains"]
        means = errors.groupby("size")[["error", "pca_error"]].mean()
        alt = f"Variance of test rows left out by codes of {name}: " + "; ".join(
            f"{size} numbers {100 * line.error:.1f} %, as many components {100 * line.pca_error:.1f} %"
            for size, line in zip(means.index, means.itertuples(), strict=True)
        )
        count = int(errors["training"].max())
        caption = (
            f"See where the solid line flattens: from there on, longer codes buy little. Dots: {count} trainings of each size from different seeds, cut short at "
            f"about {results.params.code_size_sweep[name]['steps']:,} steps. "
            f"The last doubling buys {number(100 * gains['gain'].iloc[-1], 1)} points."
        )
        picture = curves.sizes(f"sizes-{name}", alt, errors, name)
        found.append(Figure(f"Error by code size, {name}", caption, picture, name))
    return found


def table(results: Results) -> Table:
    """Every doubling of every advised autoencoder."""
    lines = []
    for name, tables in results.code_size_sweep.items():
        for line in tables["gains"].itertuples():
            ends = (100 * line.gain, 100 * line.low, 100 * line.high)
            decimals = formatting.digits(*ends[1:])
            cells = [number(value, decimals) for value in ends] + [number(100 * line.pca_gain, 1)]
            lines.append([name, f"{line.size} to {2 * line.size}", *cells])
    columns = ["encoder", "numbers", "doubling buys", "low", "high", "PCA's buys"]
    return Table("Variance of test rows that a code twice as long leaves out less, points", columns, lines, words=1)


def _doubling(results: Results, name: str) -> str:
    """The doubling that begins nearest to the run's own code size."""
    gains, own = results.code_size_sweep[name]["gains"], results.params.encoders[name]["code_size"]
    line = min(gains.itertuples(), key=lambda found: (abs(found.size - own), found.size))
    ends = [100 * end for end in (line.gain, line.low, line.high)]
    decimals = formatting.digits(*ends[1:])
    return (
        f"At {line.size} numbers, doubling the code of {name} buys {number(ends[0], decimals)} points of the test rows' "
        f"variance {formatting.between(*ends[1:], decimals)}, over {line.n} short trainings; "
        f"{2 * line.size} components hold {number(100 * line.pca_gain, 1)} more than {line.size}."
    )


def _dimension(results: Results) -> str:
    found = [
        f"{number(line.dimension, 1)} by {line.method}{f' of {line.neighbors} neighbors' if line.neighbors > 2 else ''}"
        for line in results.intrinsic_dimension.itertuples()
    ]
    return (
        f"The data's own dimension is estimated as {formatting.listed(found)}: what the distances of neighbors look like "
        "locally. A code of fewer numbers must fold or tear the data; noise makes the estimates larger."
    )
