"""What no later stage could put right: said here, with the place where it stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline import ragged
from pipeline.datasets.source import Source, blocks, release_memory
from pipeline.datasets.sparse import SparseRows
from pipeline.runtime.errors import InputError

LARGEST = float(np.finfo(np.float32).max)


def check(source: Source, where: str, new_rows: bool = False, filled: bool = False, can_fill: bool = True) -> None:
    """InputError for fewer than `least` rows (one of rows that are new to a map), ids that repeat, and NaN that pads no series
    (nor is `filled` in later, in vectors), infinite, too large or out-of-range values; fills: whether data.missing would be heeded."""
    count, new, fills, least = len(source.rows), new_rows, can_fill, 1 if new_rows else 5
    if count < least:
        why = ", two for training, one for validation, two for test" if least == 5 else ""
        raise InputError(
            f"{where}: holds {count} row{'s' * (count != 1)}; at least {least} {'is' if least == 1 else 'are'} needed{why}."
        )
    _check_ids(source, where, new)
    _refuse(source, where, _wrong(source, filled, new, fills))


# A test of a block of rows, what values it finds, and what to do about them.
Wrong = tuple[Callable[[np.ndarray], np.ndarray], str, str]


def _wrong(source: Source, filled: bool, new: bool, fills: bool) -> list[Wrong]:
    """What values must not be, the worst first."""
    todo, found = f"Fill them in, or take out these rows{'' if new else ' or columns'}", []
    if source.rows.dtype.kind == "f":
        if source.kind == "sequence":
            found += _wrong_steps()
        elif not filled or source.kind != "vector" or isinstance(source.rows, SparseRows):
            rule = ", or set data.missing to mean or median" if source.kind == "vector" and fills and not new else ""
            gaps = f"{todo}{rule}."
            found.append((np.isnan, "values that are NaN (missing)", gaps))
        found.append((np.isinf, "values that are infinite", f"{todo}."))
        found.append((lambda v: np.abs(v) > LARGEST, "values that are beyond float32 (3.4e38)", "Divide the column."))
    if source.value_range:
        low, high = source.value_range
        what = f"values that are outside the range {low:g} to {high:g}"
        mend = "Mend them." if new else "Mend them, or `range` in the card."
        found.append((lambda v: (v < low) | (v > high), what, mend))
    return found


def _wrong_steps() -> list[Wrong]:
    rule = "A missing step is NaN in all its channels and stands at its series' end"
    mend = f"{rule}: fill these in, or take out these series."
    # With no NaN out of place, a series without its first step has none.
    return [
        (ragged.misplaced, "steps with NaN that is no padding", mend),
        (lambda v: ~ragged.present(v)[:, :1], "series without a single step", "Take them out."),
    ]


def _check_ids(source: Source, where: str, new: bool) -> None:
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
            f"(rows that repeat an id: {repeated.sum():,}). Make ids unique"
            f"{'' if new else ', or name another column by `id` in the card'}."
        )


def _refuse(source: Source, where: str, wrong: list[Wrong]) -> None:
    """InputError if any value is `wrong`, in one pass over all: how many, and the first in reading order."""
    counts, firsts = [0] * len(wrong), [""] * len(wrong)
    for block in blocks(source.rows) if wrong else ():
        values = source.rows[block]
        for number, (test, _, _) in enumerate(wrong):
            found = test(values)
            if not counts[number] and found.any():
                row, *place = (int(axis[0]) for axis in np.nonzero(found))
                firsts[number] = f"row {block.start + row}, {_place(source, place)}"
            counts[number] += np.count_nonzero(found)
        release_memory(source.rows)
    for (_, what, todo), count, first in zip(wrong, counts, firsts, strict=True):
        if count:
            raise InputError(f"{where}: {what}: {count:,}, the first in {first}, counting from 0. {todo}")


def _place(source: Source, place: list[int]) -> str:
    if source.feature_names:
        return f'column "{source.feature_names[place[0]]}"'
    if source.kind == "sequence":
        return ", ".join(f"{name} {number}" for name, number in zip(("step", "channel"), place, strict=False))
    return f"column {place[0]}" if len(place) == 1 else f"pixel {tuple(place)}"
