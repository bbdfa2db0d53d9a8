"""Transform new rows onto a map of the last run, without moving its points."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import artifacts, config, encoders, methods
from pipeline.config import Params
from pipeline.datasets import Source
from pipeline.out_of_sample.transformer import Transformer
from pipeline.runtime import cluster, progress
from pipeline.runtime.atomic_io import check_target, whole, write_text
from pipeline.runtime.errors import InputError
from pipeline.statistics import p_values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "new",
        metavar="NEW",
        help="a file or folder that `data.path` could name, of the same columns or shape; or a folder of Parquet parts, here or in a"
        " store (s3://bucket/folder)",
    )
    parser.add_argument(
        "--map",
        required=True,
        dest="name",
        metavar="MAP",
        help="the map's name in params.yaml; for an option given as a list, with the value: tsne-deep.30",
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="PATH",
        help="a .parquet file for id, x, y, error, p_value, out_of_distribution; for parts, a folder or a store's URL, with one file per part",
    )
    parser.add_argument("--codes", action="store_true", help="also write the rows' codes")
    parser.add_argument("--page", metavar="FILE.html", help="also write a page that shows them on the map")


def main(new: str, name: str, out: str, page: str | None = None, codes: bool = False) -> None:
    """Transform the rows in `new` onto the map `name`, and write id, x, y, error, p_value, out_of_distribution, and with `codes` their
    codes, to the Parquet file `out`. An `out` that is not named like one is a folder, to which `new` is written part by part.

    page  an HTML file that shows them on the map
    """
    from pipeline.out_of_sample import partitions

    by_parts = not out.endswith(".parquet")
    if by_parts and page:
        raise InputError(
            f"--page: shows the rows of one file; {out} is a folder. Leave --page out, or name one part and an --out that ends in .parquet."
        )
    if by_parts:
        partitions.check_out(new, out)
    for target in filter(None, (None if by_parts else out, page)):
        check_target(target)
    params = methods.expand(config.load())
    transformer, alpha = load(name, params), params.transform.alpha
    if codes and transformer.encoder is None:
        raise InputError(
            f"--codes: {name} is a map of the raw data, which has no code. Choose a map of an encoder's codes."
        )
    with cluster.use(params.cluster):
        if by_parts:
            with progress.bar(f"parts onto {name}", len(partitions.parts(new)), "parts") as show:
                count, flagged = partitions.transform(transformer, new, out, alpha, codes, show)
        else:
            source = partitions.read(transformer, Path(new), new)
            rows = transformer.read(source, new)
            count, flagged = len(rows), _write(transformer, rows, source, name, Path(out), alpha, codes)
    sentences = _summary(transformer, flagged, count, alpha)
    print("\n".join([f"{out}: {count:,} rows on {name}.", *sentences]))
    if transformer.test_errors is not None and not flagged and not by_parts:
        print(_largest_errors(pd.read_parquet(out, columns=["id", "error", "out_of_distribution"]), transformer))
    if page:
        with whole(Path(page)) as path:
            write_text(path, _page(transformer, rows, source, pd.read_parquet(out), name, sentences, params))


def load(name: str, params: Params | None = None) -> Transformer:
    """The transformer of a map of the last run.

    params  expanded

    InputError for a map that is missing, takes no new points, or was made from another space than the present one.
    """
    params = params or methods.expand(config.load())
    if name not in params.maps:
        raise InputError(f'--map: {config.PATH} has no map "{name}"; {config.choose(name, list(params.maps))}')
    renew = f"Run: dvc repro embed@{config.entry(name)}"
    if not artifacts.has_map(name):
        raise InputError(f"--map: {name} has not been embedded yet. {renew}")
    saved = artifacts.load_map(name)
    method, options = config.plugin(methods, "method", saved.options, "maps", config.entry(name))
    if options.space not in ("raw", *params.encoders):
        raise InputError(f"--map: {name} is a map of {options.space}, which is no longer in {config.PATH}. {renew}")
    space, dataset, encoder, test_errors = artifacts.load_space(options.space), artifacts.load_dataset(), None, None
    if artifacts.digest(space.points) != saved.space_digest:
        raise InputError(f"--map: {name} was made from another {options.space} than the present one. {renew}")
    if not artifacts.is_of_dataset(options.space):
        raise InputError(f"--map: {options.space} was made from other data, or from another split. {renew}")
    if options.space != "raw":
        kind, _ = encoders.read(options.space, params)
        encoder = artifacts.load_encoder(options.space, kind)
        test = dataset.is_in("test")
        test_errors = np.asarray(artifacts.load_arrays(options.space)["error"])[test]
    return Transformer(dataset.info, encoder, space, method, options, saved.points[0], saved.mapper, test_errors)


def _write(
    transformer: Transformer, rows: np.ndarray, source: Source, name: str, out: Path, alpha: float, codes: bool
) -> int:
    """Write the transformed rows to `out` batch by batch; returns how many are out-of-distribution."""
    from pipeline.out_of_sample import partitions

    ids, flagged, writer = source.table["id"], 0, None
    with whole(out) as path, ExitStack() as stack, progress.bar(f"rows onto {name}", len(rows)) as show:
        for start, batch in transformer.batches(rows, show, codes=codes):
            table = pa.Table.from_pandas(
                partitions.finished(ids.iloc[start : start + len(batch)], batch, alpha), preserve_index=False
            )
            writer = writer or stack.enter_context(pq.ParquetWriter(path, table.schema))
            writer.write_table(table.cast(writer.schema))
            flagged += int(batch["out_of_distribution"].sum())
    return flagged


def _summary(transformer: Transformer, flagged: int, count: int, alpha: float) -> list[str]:
    if transformer.test_errors is None:
        return ["A map of the raw data has no reconstruction error, so no row is called out-of-distribution."]
    test_rows = len(transformer.test_errors)
    problem = p_values.too_few_test_rows(test_rows, alpha)
    if problem:
        return [f"{problem} Until then, compare the errors with those of test rows."]
    by_chance = count * p_values.false_positive_rate(test_rows, alpha)
    expected = f"about {by_chance:,.0f}" if by_chance >= 1 else "fewer than one"
    return [
        f"{flagged:,} of {count:,} rows ({100 * flagged / count:.1f} %) are out-of-distribution, at p < {alpha:g}. If all were like the"
        f" test rows, {expected} would be so by chance.",
        f"Their errors are compared with those of {test_rows:,} test rows, which the encoder has not seen.",
    ]


def _largest_errors(table: pd.DataFrame, transformer: Transformer) -> str:
    """Where no row is out-of-distribution: those with the largest errors, and the range of test rows' errors."""
    from pipeline.report.new_points import error_range, largest_errors

    rows = ", ".join(f"{row.id} ({row.error:.3g})" for row in largest_errors(table).itertuples())
    return f"The largest errors, by id: {rows}. {error_range(transformer.test_errors)}"


def _page(
    transformer: Transformer,
    rows: np.ndarray,
    source: Source,
    table: pd.DataFrame,
    name: str,
    sentences: list[str],
    params: Params,
) -> str:
    from pipeline.report import new_points
    from pipeline.report.titles import titles

    dataset, listed = artifacts.load_dataset(), new_points.largest_errors(table).index.to_numpy()
    count = min(3, len(dataset.table))
    nearest = transformer.nearest(rows[listed], count) if len(listed) else np.empty((0, count), dtype=int)
    where = f"{source.title}: {len(rows):,} new rows, on a map of {dataset.info['title']}"
    title = titles(params, dataset.info["kind"])[name]
    return new_points.make(new_points.NewPoints(name, title, where, sentences, dataset, transformer.points, rows, table, nearest,
                                     params.transform.alpha, params.report, transformer.test_errors))  # fmt: skip
