"""Put new rows onto a map of the last run, which stays as it is."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import artifacts, config, encoders, methods
from pipeline.datasets import Source
from pipeline.out_of_sample import transformer
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
        help="the map's name in params.yaml; of a list with its value: tsne-deep.30",
    )
    parser.add_argument(
        "--out",
        required=True,
        metavar="FILE.parquet",
        help="where id, x, y, error, p_value, novel go; a name without a suffix is a folder, or an address in a store: to it, part by part",
    )
    parser.add_argument("--codes", action="store_true", help="write the rows' codes, too")
    parser.add_argument("--page", metavar="FILE.html", help="show them on the map there, too")


def main(new: str, name: str, out: str, page: str | None = None, codes: bool = False) -> None:
    """Write the columns id, x, y, error, p_value and novel, with `codes` the codes, too, of the rows in `new` to the Parquet file
    `out`; and show them on a page. Where `out` is no name of such a file, it is a folder, to which `new` goes part by part."""
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
    given = methods.expanded(config.load())
    placer, level = load(name, given), given.place.level
    if codes and placer.encoder is None:
        raise InputError(
            f"--codes: {name} is a map of the raw data, which has no code. Choose a map of an encoder's codes."
        )
    with cluster.use(given.cluster):
        if by_parts:
            with progress.bar(f"parts onto {name}", len(partitions.parts(new)), "parts") as show:
                count, flagged = partitions.place(placer, new, out, level, codes, show)
        else:
            source = partitions.read(placer, Path(new), new)
            rows = placer.read(source, new)
            count, flagged = len(rows), _write(placer, rows, source, name, Path(out), level, codes)
    said = _said(placer, flagged, count, level)
    print("\n".join([f"{out}: {count:,} rows placed on {name}.", *said]))
    if placer.known is not None and not flagged and not by_parts:
        print(_largest(pd.read_parquet(out, columns=["id", "error", "novel"]), placer.known))
    if page:
        with whole(Path(page)) as path:
            write_text(path, _page(placer, rows, source, pd.read_parquet(out), name, said, given))


def load(name: str, given: config.Params | None = None) -> transformer.Placer:
    """What it takes to place rows on a map of the pipeline, from where `dvc repro` left it.

    InputError for a map that is not there, on which nothing can be placed, or whose space has changed since.
    """
    given = given or methods.expanded(config.load())
    if name not in given.maps:
        raise InputError(f'--map: {config.PATH} has no map "{name}"; {config.choose(name, list(given.maps))}')
    again = f"Run: dvc repro embed@{config.entry(name)}"
    if not artifacts.is_drawn(name):
        raise InputError(f"--map: {name} is not drawn yet. {again}")
    drawn = artifacts.load_drawn(name)
    method, options = config.plugin(methods, "method", drawn.options, "maps", config.entry(name))
    if options.space not in ("raw", *given.encoders):
        raise InputError(f"--map: {name} is of {options.space}, which is no longer in {config.PATH}. {again}")
    space, dataset, encoder, known = artifacts.load_space(options.space), artifacts.load_dataset(), None, None
    if artifacts.digest(space.points) != drawn.space:
        raise InputError(f"--map: {name} is not of the present {options.space}. {again}")
    if not artifacts.is_of_dataset(options.space):
        raise InputError(f"--map: {options.space} was made of other data, or of another split. {again}")
    if options.space != "raw":
        kind, _ = config.plugin(encoders, "kind", given.encoders[options.space], "encoders", options.space)
        encoder = artifacts.load_encoder(options.space, kind)
        unseen = (dataset.table["split"] == "test").to_numpy()
        known = np.asarray(artifacts.load_arrays(options.space)["error"])[unseen]
    points = artifacts.load_map(name)[0][0]
    return transformer.Placer(dataset.info, encoder, space, method, options, points, drawn.mapper, known)


def _write(
    placer: transformer.Placer, rows: np.ndarray, source: Source, name: str, out: Path, level: float, codes: bool
) -> int:
    """Place the rows batch by batch into `out`; returns how many are called novel."""
    from pipeline.out_of_sample import partitions

    ids, flagged, writer = source.table["id"], 0, None
    with whole(out) as path, ExitStack() as opened, progress.bar(f"rows onto {name}", len(rows)) as show:
        for start, placed in placer.batches(rows, show, codes=codes):
            found = pa.Table.from_pandas(
                partitions.finished(ids.iloc[start : start + len(placed)], placed, level), preserve_index=False
            )
            writer = writer or opened.enter_context(pq.ParquetWriter(path, found.schema))
            writer.write_table(found.cast(writer.schema))
            flagged += int(placed["novel"].sum())
    return flagged


def never_novel(known: int, level: float) -> str | None:
    """Why no row can be called novel beside so many test rows, and how many it takes; None where one can."""
    least, needed = p_values.smallest(known), p_values.reference_size(level)
    if least < level:
        return None
    return (
        f"No row can be called novel: beside {known:,} test rows no p-value is below {least:.2g}, and place.level is {level:g}."
        f" Use at least {needed:,} test rows (more rows, or a higher data.test_fraction), or raise place.level."
    )


def _said(placer: transformer.Placer, flagged: int, count: int, level: float) -> list[str]:
    if placer.known is None:
        return [
            f"{count:,} rows are placed. A map of the raw data has no reconstruction error, so no row is called novel."
        ]
    known = len(placer.known)
    never = never_novel(known, level)
    if never:
        return [f"{never} Hold the errors against those of test rows meanwhile."]
    chance = count * p_values.false_positive_rate(known, level)
    about = f"about {chance:,.0f}" if chance >= 1 else "fewer than one"
    return [
        f"{flagged:,} of {count:,} placed rows ({100 * flagged / count:.1f} %) are called novel, at p < {level:g}; if all were"
        f" like the known ones, {about} would be by chance.",
        f"Errors are compared with those of {known:,} test rows, which the encoder has not seen.",
    ]


def _largest(placed: pd.DataFrame, known: np.ndarray) -> str:
    """The largest errors, beside known ones, where no row is called novel."""
    from pipeline.report.new_points import errors_of, worst

    rows = ", ".join(f"{line.id} ({line.error:.3g})" for line in worst(placed).itertuples())
    return f"The largest errors, of rows by id: {rows}. {errors_of(known)}"


def _page(
    placer: transformer.Placer,
    rows: np.ndarray,
    source: Source,
    placed: pd.DataFrame,
    name: str,
    said: list[str],
    given: config.Params,
) -> str:
    from pipeline.report import new_points as report
    from pipeline.report.formatting import titles

    known, worst = artifacts.load_dataset(), report.worst(placed).index.to_numpy()
    count = min(3, len(known.table))
    nearest = placer.nearest(rows[worst], count) if len(worst) else np.empty((0, count), dtype=int)
    where = f"{source.title}: {len(rows):,} new rows, on a map of {known.info['title']}"
    title = titles(given, known.info["kind"])[name]
    return report.make(report.Placed(name, title, where, said, known, placer.points, rows, placed, nearest,
                                     given.place.level, given.report, placer.known))  # fmt: skip
