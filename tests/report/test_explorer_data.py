"""What the explorer holds: what its modules read, find and order is what Python put in, within its budget and no more."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.path import Path as Outline

from pipeline.report import colors, explorer
from pipeline.report.explorer import packing
from pipeline.runtime.errors import InputError


@pytest.fixture
def modules(module_page):
    """A page on which functions of the modules can be called."""
    for module, names in {"data.js": ("unpack", "neighborsOf", "valueOf"), "spatial_index.js": ("SpatialIndex",), "renderer.js": ("paintOrder",),
                          "dom.js": ("csv",), "selection.js": ("searchTerm",)}.items():  # fmt: skip
        opened = module_page(module, *names)
    return opened


def test_what_is_packed_is_unpacked(modules):
    rng = np.random.default_rng(0)
    arrays = {
        "bytes": rng.integers(0, 256, 7, dtype=np.uint8), "words": rng.integers(0, 2**16, (5, 3), dtype=np.uint16),
        "small": np.arange(300, dtype=np.uint32), "large": rng.integers(0, 2**32, 9, dtype=np.uint32),
        "none": np.empty(0, np.uint8),
    }  # fmt: skip
    text = packing.pack({"title": "Größe </script>"}, arrays)
    assert "<" not in text
    values = modules.evaluate(
        "async text => { const data = await unpack(text); return [data.title, Object.entries(data.arrays).map(([n, a]) => [n, [...a]])] }",
        text,
    )
    assert values == ["Größe </script>", [[name, array.ravel().tolist()] for name, array in arrays.items()]]


@pytest.fixture
def unpacked(shared, modules):
    """What the browser reads of results of which only some rows are shown."""
    some = shared.params.model_copy(update={"report": shared.params.report.model_copy(update={"points": 250})})
    class_colors = colors.of_classes(shared.labels, shared.dataset.info["labels"])
    contents = explorer.gather(replace(shared, params=some), class_colors, 10**7)
    assert contents.rows in range(250, 254)
    modules.evaluate("async text => { window.data = await unpack(text) }", contents.text)
    return modules


def test_a_shown_row_has_its_own_values_and_neighbors(shared, unpacked):
    ids = unpacked.evaluate("data.ids")
    shown = set(ids)
    values = unpacked.evaluate("data.ids.map((_, row) => neighborsOf(data, row).map(other => data.ids[other]))")
    assert values == [[other for other in shared.neighbors[row, :8].tolist() if other in shown] for row in ids]
    labels = unpacked.evaluate("[...data.arrays.labels].map(at => data.classes[at].name)")
    assert labels == shared.labels[ids].tolist()
    for number, name in enumerate(shared.maps):
        for measure, values in (
            ("lost", shared.share_lost(name)),
            ("trustworthiness", shared.by_point(name, "trustworthiness_10")),
        ):
            read = unpacked.evaluate(f"data.ids.map((_, row) => valueOf(data, data.maps[{number}].{measure}, row))")
            np.testing.assert_allclose(read, values[ids], atol=0.5 / 254)
        positions = np.reshape(unpacked.evaluate(f"[...data.arrays['map {number}']]"), (-1, 2)) / 65535
        origin, step = unpacked.evaluate(f"[data.maps[{number}].origin, data.maps[{number}].step]")
        np.testing.assert_allclose(np.array(origin) + positions * step, shared.maps[name][ids], atol=1e-3)
    errors = unpacked.evaluate("data.ids.map((_, row) => valueOf(data, data.encoders[1].error, row))")
    np.testing.assert_allclose(errors, shared.errors["deep"][ids], atol=1e-4)
    pixels = np.array(unpacked.evaluate("[...data.arrays.inputs]")).reshape(-1, 4, 4)
    np.testing.assert_allclose(pixels / 254, shared.dataset.rows[ids], atol=0.02)


def test_rows_are_found_where_they_lie(modules):
    """The nearest one, those within an outline, and the next one in a direction, against NumPy and matplotlib."""
    rng = np.random.default_rng(1)
    positions = rng.integers(0, 2**16, (500, 2))
    modules.evaluate(
        "positions => { window.index = new SpatialIndex(Uint16Array.from(positions)) }", positions.ravel().tolist()
    )
    for position in rng.random((50, 2)):
        away = np.linalg.norm(positions / 65535 - position, axis=1)
        expected = int(away.argmin()) if away.min() <= 0.03 else -1
        assert modules.evaluate("([x, y]) => index.nearest(x, y, 0.03)", position.tolist()) == expected
    star = [
        [0.5 + r * np.cos(a), 0.5 + r * np.sin(a)] for a, r in zip(np.linspace(0, 6, 9), [0.45, 0.1] * 5, strict=False)
    ]
    inside = Outline(star).contains_points(positions / 65535)
    assert 20 < inside.sum() < 480
    assert modules.evaluate("star => [...index.within(star)]", star) == inside.astype(int).tolist()
    for row in range(20):
        right, up = (positions - positions[row]).T * [[1], [-1]]
        ahead = np.flatnonzero((right > 0) & (np.abs(up) <= right))
        nearest = ahead[(right + np.abs(up))[ahead].argmin()] if len(ahead) else row
        assert modules.evaluate("row => index.next(row, 1, 0)", row) == nearest


def test_every_row_is_painted_once_and_selected_ones_last(modules):
    selected, shown = [1, 0, 1, 0, 0, 1], [1, 1, 1, 0, 1, 1]
    order, fading = modules.evaluate(
        "([c, s]) => { const o = paintOrder(6, Uint8Array.from(c), Uint8Array.from(s)); return [[...o.order], o.fading] }",
        [selected, shown],
    )
    assert sorted(order[:fading]) == [1, 4]
    assert sorted(order[fading:]) == [0, 2, 5]


def test_a_whole_name_is_found_before_parts_of_names(modules):
    """A class, or else a row; "4" is not each row that has a 4 in its number."""
    values = modules.evaluate(
        "words => words.map(word => searchTerm({ classes: [{ name: 'Four' }, { name: '4' }], ids: [4, 14, 'row 5'] }, word))",
        ["4", "row 4", "14", "four", "row 5", "1", "o%"],
    )
    assert values == ["class~1", "row~4", "row~14", "class~0", "row~row%205", "find~1", "find~o%25"]


def test_no_cell_of_a_csv_is_a_formula(modules):
    cells = ["=1+1", "-2", -2, 'say "a, b"', "+x", "@y", "plain"]
    assert modules.evaluate("csv", cells) == '\'=1+1,-2,-2,"say ""a, b""",\'+x,\'@y,plain'


def with_report(results, **options):
    report = results.params.report.model_copy(update=options)
    return replace(results, params=results.params.model_copy(update={"report": report}))


def test_what_is_private_stays_out(made, page_of):
    """Neither the data, nor their reconstructions, nor columns that were not asked for; rows go by number."""
    results = made(n=60)
    results.dataset.table["salary"], results.dataset.table["team"] = np.arange(60) * 1000.5, "secret"
    results.dataset.table["id"] = [f"person {number}" for number in range(60)]
    private = with_report(results, inputs=False, columns=["team"])
    header, arrays = explorer.data.header_and_arrays(private, {}, np.arange(60))
    assert [column["title"] for column in header["columns"]] == ["team"]
    assert header["ids"] == list(range(60))
    assert not any("salary" in name or "inputs" in name or "reconstructed" in name for name in arrays)
    html = page_of(private)
    assert "person 7" not in html
    assert "The data themselves are not in this page" in html
    assert 'id="code"' in html and "reconstructed-worst" not in html
    with pytest.raises(InputError, match=r'^params.yaml: report.columns has "teem"; allowed: .* Did you mean team\?'):
        page_of(with_report(results, inputs=False, columns=["teem"]))
    assert "secret" in json.dumps(header) and "person" not in json.dumps(header)


def test_a_class_that_a_sample_has_none_of(made, page_of):
    results = made(n=60, labels=("a", "b", "c"))
    results.dataset.info["labels"].append("d")
    assert "d <span" in page_of(results), "it is in the legend, and on no map"


def test_ids_that_javascript_would_round_are_text(made):
    results = made(n=60)
    results.dataset.table["id"] = 2**60 + np.arange(60)
    header, _ = explorer.data.header_and_arrays(results, {}, np.arange(60))
    assert header["ids"][1] == str(2**60 + 1)


def test_a_budget_is_kept_and_said(made):
    results = made(n=3000)

    def within(budget, inputs=True):
        return explorer.gather(with_report(results, inputs=inputs), {}, budget)

    whole, bare = within(10**8), within(10**8, inputs=False)
    assert (whole.rows, whole.inputs, bare.rows, bare.inputs) == (3000, 3000, 3000, 0)
    budget = (len(whole.text) + len(bare.text)) // 2
    fewer = within(budget)
    assert fewer.rows == 3000 and 1000 < fewer.inputs < 2000 and len(fewer.text) <= budget
    budget = 2 * len(bare.text) // 3
    fewest = within(budget)
    assert 1500 < fewest.rows < 2100 and len(fewest.text) <= budget


def test_a_column_of_text_may_have_gaps(made):
    results = made(n=60)
    results.dataset.table["note"] = [None, "late", "early"] * 20
    header, _ = explorer.data.header_and_arrays(results, {}, np.arange(60))
    assert next(column for column in header["columns"] if column["title"] == "note")["names"] == ["", "early", "late"]


def test_maps_can_be_colored_by_the_data_s_own_columns(made):
    results = made(n=60, kind="vector")
    names = [f"c{number}" for number in range(results.dataset.rows.shape[1])]
    results.dataset.info["feature_names"] = names
    center, spread = np.arange(len(names)), np.full(len(names), 2.0)
    results.dataset.info["scaling"] = {"rule": "standard", "center": center.tolist(), "scale": spread.tolist()}
    rows = np.arange(60)
    header, arrays = explorer.data.header_and_arrays(results, {}, rows)
    colored = {each["title"]: each["scale"] for each in header["colorings"] if each["title"] in names}
    assert list(colored) == names[:30]
    scale = colored["c3"]
    values = scale["low"] + arrays[scale["array"]] / scale["steps"] * (scale["high"] - scale["low"])
    np.testing.assert_allclose(values, results.dataset.rows[:, 3] * 2 + 3, atol=(scale["high"] - scale["low"]) / 250)
    header, _ = explorer.data.header_and_arrays(with_report(results, columns=["id", "c1"]), {}, rows)
    assert [each["title"] for each in header["colorings"] if each["title"] in names] == ["c1"]
