"""Checks of a source for what no later stage could fix; each message names the place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline import ragged
from pipeline.datasets.source import Source, blocks, check_ids_present, release_memory
from pipeline.datasets.sparse import SparseRows
from pipeline.runtime.errors import InputError

LARGEST = float(np.finfo(np.float32).max)

# A test that marks bad values in a block of rows, what these are called, and how to fix them.
ValueCheck = tuple[Callable[[np.ndarray], np.ndarray], str, str]


def check(source: Source, where: str, new_rows: bool = False, filled: bool = False, can_fill: bool = True) -> None:
    """InputError for too few rows (5, or 1 new row), repeated ids, and bad values: infinite, beyond float32, out of
    range, or NaN that does not pad a series.

    new_rows  the rows are to be added to an existing map
    filled    missing values of vectors are filled in later, so they are allowed
    can_fill  the message may recommend data.missing
    """
    count, minimum = len(source.rows), 1 if new_rows else 5
    if count < minimum:
        raise InputError(
            f"{where}: holds {count} row{'s' * (count != 1)}; at least "
            + ("1 is needed." if new_rows else "5 are needed, two for training, one for validation, two for test.")
        )
    _check_ids(source, where, new_rows)
    _check_values(source, where, _value_checks(source, filled, new_rows, can_fill))


def _value_checks(source: Source, filled: bool, new_rows: bool, can_fill: bool) -> list[ValueCheck]:
    """What values must not be, the worst first."""
    checks: list[ValueCheck] = []
    if source.rows.dtype.kind == "f":
        fix = f"Fill them in, or remove these rows{'' if new_rows else ' or columns'}"
        if source.kind == "sequence":
            checks += _step_checks()
        elif not filled or source.kind != "vector" or isinstance(source.rows, SparseRows):
            option = (
                ", or set data.missing to mean or median"
                if source.kind == "vector" and can_fill and not new_rows
                else ""
            )
            checks.append((np.isnan, "values that are NaN (missing)", f"{fix}{option}."))
        checks.append((np.isinf, "values that are infinite", f"{fix}."))
        checks.append((lambda v: np.abs(v) > LARGEST, "values that are beyond float32 (3.4e38)", "Divide the column."))
    if source.value_range:
        low, high = source.value_range
        name = f"values that are outside the range {low:g} to {high:g}"
        checks.append(
            (lambda v: (v < low) | (v > high), name, f"Fix them{'' if new_rows else ', or `range` in the card'}.")
        )
    return checks


def _step_checks() -> list[ValueCheck]:
    rule = "A missing step is NaN in all channels, at the end of its series"
    # The first check leaves NaN only at the end, so a series without a first step is empty.
    return [
        (ragged.misplaced, "steps with NaN that is not padding", f"{rule}: fill these in, or remove these series."),
        (lambda v: ~ragged.present(v)[:, :1], "series without a single step", "Remove them."),
    ]


def _check_ids(source: Source, where: str, new_rows: bool) -> None:
    ids = source.table["id"]
    check_ids_present(where, ids)
    repeated = ids.duplicated().to_numpy()
    if repeated.any():
        first = ids.iloc[repeated.argmax()]
        rows = np.flatnonzero(ids == first)
        raise InputError(
            f"{where}: rows {rows[0]} and {rows[1]}, counting from 0, both have the id {first} "
            f"({repeated.sum():,} rows repeat an id). Make ids unique"
            f"{'' if new_rows else ', or name another column with `id` in the card'}."
        )


def _check_values(source: Source, where: str, checks: list[ValueCheck]) -> None:
    """InputError for the first of `checks` that marks a value, with their number and the first place, in one pass."""
    counts, first_places = [0] * len(checks), [""] * len(checks)
    for block in blocks(source.rows) if checks else ():
        values = source.rows[block]
        for number, (test, _, _) in enumerate(checks):
            bad = test(values)
            if not counts[number] and bad.any():
                row, *indices = (int(axis[0]) for axis in np.nonzero(bad))
                first_places[number] = f"row {block.start + row}, {_place(source, indices)}"
            counts[number] += np.count_nonzero(bad)
        release_memory(source.rows)
    for (_, name, fix), count, place in zip(checks, counts, first_places, strict=True):
        if count:
            raise InputError(f"{where}: {name}: {count:,}, the first in {place}, counting from 0. {fix}")


def _place(source: Source, indices: list[int]) -> str:
    if source.feature_names:
        return f'column "{source.feature_names[indices[0]]}"'
    if source.kind == "sequence":
        return ", ".join(f"{name} {number}" for name, number in zip(("step", "channel"), indices, strict=False))
    return f"column {indices[0]}" if len(indices) == 1 else f"pixel {tuple(indices)}"
