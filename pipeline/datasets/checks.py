"""What no later stage could put right: said here, with the place where it stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline import padding
from pipeline.datasets.source import Source, blocks, let_go
from pipeline.datasets.sparse import SparseRows
from pipeline.errors import InputError

LARGEST = float(np.finfo(np.float32).max)


def check(source: Source, where: str, least: int = 4, filled: bool = False) -> None:
    """InputError for fewer than `least` rows, ids that repeat, and NaN that pads no series (nor is `filled` in later, in
    vectors), infinite, too large or out-of-range values."""
    count = len(source.rows)
    if count < least:
        why = ", two for training, one for validation, one for test" if least == 4 else ""
        raise InputError(
            f"{where}: holds {count} row{'s' * (count != 1)}; at least {least} {'is' if least == 1 else 'are'} needed{why}."
        )
    _check_ids(source, where)
    todo = "Fill them in, or take out these rows or columns"
    gaps = f"{todo}, or set data.missing to mean or median." if source.kind == "vector" else f"{todo}."
    if source.rows.dtype.kind == "f":
        if source.kind == "sequence":
            _check_steps(source, where)
        elif not filled or source.kind != "vector" or isinstance(source.rows, SparseRows):
            _refuse(source, where, np.isnan, "values that are NaN (missing)", gaps)
        _refuse(source, where, np.isinf, "values that are infinite", f"{todo}.")
        beyond = "values that are beyond float32 (3.4e38)"
        _refuse(source, where, lambda v: np.abs(v) > LARGEST, beyond, "Divide the column.")
    if source.value_range:
        low, high = source.value_range
        what, todo = f"values that are outside the range {low:g} to {high:g}", "Mend them, or `range` in the card."
        _refuse(source, where, lambda v: (v < low) | (v > high), what, todo)


def _check_steps(source: Source, where: str) -> None:
    rule = "A missing step is NaN in all its channels and stands at its series' end"
    todo = f"{rule}: fill these in, or take out these series."
    _refuse(source, where, padding.misplaced, "steps with NaN that is no padding", todo)
    # With no NaN out of place, a series without its first step has none.
    todo = "Take them out."
    _refuse(source, where, lambda v: ~padding.present(v)[:, :1], "series without a single step", todo)


def _check_ids(source: Source, where: str) -> None:
    ids = source.table["id"]
    if ids.isna().any():
        first = ids.isna().to_numpy().argmax()
        raise InputError(f"{where}: row {first}, counting from 0, has no id. Give it one.")
    repeated = ids.duplicated().to_numpy()
    if repeated.any():
        first = ids.iloc[repeated.argmax()]
        rows = np.flatnonzero(ids == first)
        raise InputError(
            f"{where}: the id {first} stands in rows {rows[0]} and {rows[1]}, counting from 0 "
            f"(rows that repeat an id: {repeated.sum():,}). Make ids unique, or name another column by `id` "
            "in the card."
        )


def _refuse(source: Source, where: str, wrong: Callable[[np.ndarray], np.ndarray], what: str, todo: str) -> None:
    """InputError if any value is `wrong`: how many, and the first in reading order."""
    count, first = 0, None
    for block in blocks(source.rows):
        found = wrong(source.rows[block])
        let_go(source.rows)
        count += np.count_nonzero(found)
        if count and first is None:
            row, *place = (int(axis[0]) for axis in np.nonzero(found))
            first = f"row {block.start + row}, {_place(source, place)}"
    if count:
        raise InputError(f"{where}: {what}: {count:,}, the first in {first}, counting from 0. {todo}")


def _place(source: Source, place: list[int]) -> str:
    if source.feature_names:
        return f'column "{source.feature_names[place[0]]}"'
    if source.kind == "sequence":
        return ", ".join(f"{name} {number}" for name, number in zip(("step", "channel"), place, strict=False))
    return f"column {place[0]}" if len(place) == 1 else f"pixel {tuple(place)}"
