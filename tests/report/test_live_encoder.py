"""New rows in the page: the browser computes what Python does, and refuses in one line what it cannot read."""

import json

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from scipy.special import erf

from pipeline import datasets
from pipeline.datasets.card import card_for_new_rows
from pipeline.preprocessing.scaling import choose, scale
from pipeline.report.explorer import live_encoder
from pipeline.statistics.p_values import p_values

TOLERANCE = 2e-3  # of a map's width, and of an error: weights are kept in 16 bits here


def forward(layers, values):
    for weights, bias, activation in layers:
        values = values @ weights + bias
        if activation == "gelu":
            values = values * (1 + erf(values / np.sqrt(2))) / 2
    return values


@pytest.fixture(scope="module")
def live(made):
    """Results scaled from 0 to 16, with a map turned for display, and a plane that can be decoded."""
    results = made(n=300)
    results.dataset.info["scaling"] = {"rule": "unit", "low": 0.0, "high": 16.0}
    results.registration["pca"] = matrix, offset = [[0.0, -2.0], [2.0, 0.0]], [1.0, 3.0]
    own = forward(results.map_layers["pca"]["transform"], results.dataset.rows.reshape(300, -1))
    results.maps["pca"][:] = own @ matrix + offset
    rng = np.random.default_rng(5)
    results.map_layers["pca"]["reconstruct"] = [(rng.normal(size=(2, 16)), rng.normal(size=16), "linear")]
    return results


@pytest.fixture(scope="module")
def live_address(live, page_of, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "report.html"
    path.write_text(page_of(live), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, live_address):
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(live_address)
    opened.wait_for_selector(".maps[data-painted]")
    yield opened
    context.close()


def drop(opened, path):
    opened.locator("[data-part=new-rows] input[type=file]").set_input_files(path)


def downloaded(opened):
    opened.wait_for_selector("[data-part=new-rows] table")
    with opened.expect_download() as download:
        opened.get_by_role("button", name="Positions as CSV").click()
    return pd.read_csv(download.value.path())


def test_rows_of_a_csv_are_transformed_as_in_python(opened, live, tmp_path):
    rows = np.random.default_rng(1).random((200, 16)) * 16
    pd.DataFrame(rows).to_csv(tmp_path / "new.csv", index=False, header=False)
    drop(opened, tmp_path / "new.csv")
    table, values = downloaded(opened), rows / 16
    assert len(table) == 200
    expected = forward(live.map_layers["pca"]["transform"], values)
    assert np.abs(table[["pca x", "pca y"]].to_numpy() - expected).max() < TOLERANCE * np.ptp(expected)
    for name in ("pca", "deep"):
        codes = forward(live.encoder_layers[name]["encoder"], values)
        errors = np.square(forward(live.encoder_layers[name]["decoder"], codes) - values).sum(axis=1)
        np.testing.assert_allclose(table[f"{name} error"], errors, rtol=TOLERANCE)
        reference = live.errors[name][live.is_test]
        p = p_values(errors, reference)
        assert np.abs(table[f"{name} p_value"] - p).max() <= 2 / (1 + len(reference)), "but for errors as good as equal"


def test_an_empty_position_is_decoded(opened, live):
    box = opened.locator('[data-map="pca"] .panel').bounding_box()
    opened.mouse.click(box["x"] + 2, box["y"] + 3)
    opened.wait_for_selector("[data-part=decoded] canvas")
    shown = np.array(opened.locator("[data-part=decoded]").get_attribute("data-values").split(","), dtype=float)
    low, high = live.maps["pca"].min(axis=0), live.maps["pca"].max(axis=0)
    side = 1.06 * (high - low).max()
    position = (low + high) / 2 + side * (np.array([2 / box["width"], 3 / box["height"]]) - 0.5) * [1, -1]
    own = (position - [1.0, 3.0]) @ np.linalg.inv(live.registration["pca"][0])
    expected = 16 * forward(live.map_layers["pca"]["reconstruct"], own)
    assert np.abs(shown - expected).max() < 0.01 * np.ptp(expected), "a pixel of the screen is no point"


def test_a_drawing_is_transformed(opened):
    text = opened.locator("[data-part=new-rows]").inner_text()
    assert "PCA of raw pixels" in text and "4 × 4 pixels" in text and "16 numbers, from 0 to 16" in text
    opened.locator(".pad").scroll_into_view_if_needed()
    pad = opened.locator(".pad").bounding_box()
    opened.mouse.move(pad["x"] + 40, pad["y"] + 40)
    opened.mouse.down()
    opened.mouse.move(pad["x"] + 100, pad["y"] + 120, steps=5)
    opened.mouse.up()
    expect(opened.locator("[data-part=new-rows] tbody th")).to_have_text("your drawing")
    assert len(downloaded(opened)) == 1
    with_diamond = overlay(opened)
    opened.get_by_role("button", name="Clear the pad").click()
    expect(opened.locator("[data-part=new-rows] table")).to_have_count(0)
    opened.wait_for_timeout(100)
    assert overlay(opened) != with_diamond, "its diamond is gone, too"


def overlay(opened):
    return opened.evaluate("document.querySelector('canvas.overlay').toDataURL()")


def test_a_malformed_csv_is_refused_in_one_line(opened, tmp_path):
    (tmp_path / "bad.csv").write_text("1,2,3\n")
    drop(opened, tmp_path / "bad.csv")
    expect(opened.locator(".error")).to_have_text("bad.csv, line 1: has 3 values; a row of the map's data has 16.")
    assert opened.locator("[data-part=new-rows] table").count() == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (",".join(["1"] * 15 + ["x"]) + "\n" + ",".join(["1"] * 15 + ["x"]) + "\n", 'bad.csv, line 1: value 16 is "x"; give a number.'),
        ("", "bad.csv: holds no rows; give at least one line of 16 numbers."),
        (",".join(["1"] * 15 + [""]) + "\n", 'bad.csv, line 1: value 16 is ""; give a number.'),
        ("<img src=x>\n", "bad.csv: holds no rows; give at least one line of 16 numbers."),
    ],
)  # fmt: skip
def test_numbers_without_names_that_do_not_fit_are_one_line(module_page, text, line):
    options = {"columns": None, "size": 16, "filled": False, "rules": live_encoder.CSV_RULES}
    ask = "([text, options]) => parseRows(text, 'bad.csv', options).error"
    assert module_page("csv_reader.js", "parseRows").evaluate(ask, [text, options]) == line


def test_p_values_are_python_s(module_page):
    """Of ties, of errors beyond all, and of none."""
    reference, errors = np.sort(np.random.default_rng(0).integers(0, 20, 50)), np.arange(-1, 22)
    ask = "([reference, errors]) => errors.map(error => pValue(reference, error))"
    values = module_page("networks.js", "pValue").evaluate(ask, [reference.tolist(), errors.tolist()])
    np.testing.assert_allclose(values, p_values(errors, reference), rtol=1e-12)


def test_csv_of_the_page_holds_no_formulas(module_page):
    cells = [
        "=1+1",
        "+1+1",
        "-x",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "-",
        '=a,"b"',
        "-1.5",
        "+2",
        "-1e-5",
        "1",
        "a=b",
        -1.5,
        2,
        "",
    ]
    assert module_page("dom.js", "csv").evaluate("cells => csv(cells)", cells) == (
        "'=1+1,'+1+1,'-x,'@SUM(A1),'\tx,\"'\rx\",'-,\"'=a,\"\"b\"\"\",-1.5,+2,-1e-5,1,a=b,-1.5,2,"
    )


KNOWN = """id,mass,region,grade,open,old,kind
1,1.5,north,1,True,True,a
2,2.5,south,2,False,False,b
3,3.5,"east, far",10,True,True,a
"""
TABLES = {
    "as the known ones": ("new.csv", KNOWN),
    "in another order, with others": ("new.csv", "open,grade,region,kind,mass,old\nFalse,2,north,a,0.25,True\nTrue,10,south,b,-1e3,False\n"),
    "semicolons and decimal commas": ("new.csv", "mass;region;grade;open;old\n0,5;north;1;True;True\n1,5;east, far;2;False;True\n"),
    "tabs, blanks in names, CRLF, quotes": ("new.tsv", '"mass"\t region\tgrade\topen\told\r\n7\t"north"\t1\tTrue\tFalse\r\n\r\n'),
    "columns of 0 and 1": ("new.csv", 'mass,grade,open,old,"region=east, far",region=north,region=south\n1,2,False,True,0,0,1\n'),
    "missing values": ("new.csv", "mass,region,grade,open,old\n,north,2,True,True\n3,,1,False,\nNA,south,10,True,False\n"),
}  # fmt: skip


@pytest.fixture
def known(tmp_path):
    """What the page knows of the columns of a table with categories; and what Python reads further tables by."""
    (tmp_path / "known").mkdir()
    (tmp_path / "known/known.csv").write_text(KNOWN)
    (tmp_path / "known/dataset.yaml").write_text("categories: [region, grade, old]\nexclude: [kind]\n")
    source = datasets.read(tmp_path / "known", None)
    info = {"feature_names": source.feature_names, "reading": source.reading}
    return info, {
        "columns": live_encoder.columns(info),
        "size": len(source.feature_names),
        "filled": False,
        "rules": live_encoder.CSV_RULES,
    }


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_as_python_reads_it(module_page, known, tmp_path, case):
    (name, text), (info, options) = TABLES[case], known
    (tmp_path / name).write_bytes(text.encode())
    like = card_for_new_rows(info["reading"]["card"], info["reading"]["levels"])
    read = datasets.read(tmp_path / name, None, default_card=like)
    expected = read.rows[:, [read.feature_names.index(feature) for feature in info["feature_names"]]]
    ask = "([text, file, options]) => parseRows(text, file, options).rows.map((row) => row.map((v) => (Number.isNaN(v) ? null : v)))"
    filled = options | {"filled": case == "missing values"}
    values = module_page("csv_reader.js", "parseRows").evaluate(ask, [text, name, filled])
    np.testing.assert_array_equal(np.array(values, dtype=float), expected)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mass,grade,open,old\n1,2,True,True\n", "without region. Give mass, region, grade, open, old (in all 5)."),
        ("mass,region,grade,open,old\n1,moon,2,True,True\n", 'line 2: column "region" holds "moon", which the known data do not have; allowed: east, far, north, south.'),
        ("mass,region,grade,open,old\n1,,2,True,True\n", 'column "region" holds "", which the known data do not have'),
        ("mass,region,grade,open,old\nconstructor,north,2,True,True\n", 'line 2: column "mass" is "constructor"; give a number.'),
        ("mass,region,grade,open,old\n1,north,2,True,True,5\n", "line 2: has 6 values; its first line names 5 columns."),
        ("mass,region,region=north,grade,open,old\n1,north,1,2,True,True\n", 'two columns are called "region='),
        ("1,2,3,4\n", "its first line names no columns; begin with mass, region, grade, open, old (in all 5)."),
        ("mass,region,grade,open,old\n", "holds no rows; give at least one line of 5 values."),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_one_line(module_page, known, text, line):
    ask = "([text, options]) => parseRows(text, 'new.csv', options).error"
    said = module_page("csv_reader.js", "parseRows").evaluate(ask, [text, known[1]])
    assert said.startswith("new.csv") and line in said


def test_missing_values_are_filled_in_before_scaling(module_page, known, tmp_path):
    """A number by its column's median, a category by the shares of its values."""
    source, text = datasets.read(tmp_path / "known", None), TABLES["missing values"][1]
    scaling = json.loads(json.dumps(choose(source, source.rows, "standard", "median", "known", [])))
    assert scaling["fill"][:4] == pytest.approx([2.5, 1 / 3, 1 / 3, 1 / 3])
    (tmp_path / "new.csv").write_text(text)
    reading = known[0]["reading"]
    rows = datasets.read(
        tmp_path / "new.csv", None, default_card=card_for_new_rows(reading["card"], reading["levels"])
    ).rows
    module_page("csv_reader.js", "parseRows")
    ask = "([scaling, text, options]) => parseRows(text, 'new.csv', options).rows.map((row) => scaled(scaling, row))"
    values = module_page("networks.js", "scaled").evaluate(
        ask, [live_encoder.scaling(scaling), text, known[1] | {"filled": True}]
    )
    np.testing.assert_allclose(values, scale(rows, scaling, "new"), rtol=1e-6)


def test_other_networks_are_left_out(made, page_of):
    """Convolutions, activations that the page does not know, series: no pad, and no weights."""
    results = made(n=60)
    for name in results.encoder_layers:
        results.encoder_layers[name] = None
    results.map_layers["pca"]["transform"] = [(np.ones((16, 2)), np.ones(2), "swish")]
    assert live_encoder.gather(results, {}) is None
    assert live_encoder.gather(made(n=60, kind="sequence"), {}) is None
    page_of(results)


@pytest.mark.slow
def test_the_page_of_a_real_run_agrees_with_transform(finished, browser, tmp_path):
    """200 digits: positions on the plane of PCA, and errors and p-values of a real autoencoder."""
    from sklearn.datasets import load_digits

    rows = load_digits().images[-200:]
    np.save(tmp_path / "new.npy", rows)
    pd.DataFrame(rows.reshape(200, -1)).to_csv(tmp_path / "new.csv", index=False, header=False)
    for name in ("pca", "tsne-deep"):
        out = str(tmp_path / f"{name}.parquet")
        finished.run("pipeline", "transform", str(tmp_path / "new.npy"), "--map", name, "--out", out)
    on_pca, of_deep = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("pca", "tsne-deep"))
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    opened.goto((finished.folder / "reports/report.html").as_uri())
    opened.wait_for_selector(".maps[data-painted]")
    drop(opened, tmp_path / "new.csv")
    table = downloaded(opened)
    context.close()
    away = np.abs(table[["pca x", "pca y"]].to_numpy() - on_pca[["x", "y"]].to_numpy())
    assert away.max() < TOLERANCE * np.ptp(on_pca["x"])
    np.testing.assert_allclose(table["deep error"], of_deep["error"], rtol=TOLERANCE)
    assert np.abs(table["deep p_value"] - of_deep["p_value"]).max() <= 2 / 61
