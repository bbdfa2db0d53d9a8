"""The living page: the browser computes what Python does, and refuses in one line what it cannot read."""

import json

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from scipy.special import erf

from pipeline import datasets
from pipeline.datasets.card import card_for_new_rows
from pipeline.preprocessing.scaling import choose, scale
from pipeline.report import explorer, page
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
def run(made):
    """Scaled from 0 to 16, a map turned for display, and a plane that can be decoded."""
    found = made(n=300, maps=None)
    found.dataset.info["scaling"] = {"rule": "unit", "low": 0.0, "high": 16.0}
    found.registration["pca"] = ([[0.0, -2.0], [2.0, 0.0]], [1.0, 3.0])
    found.maps["pca"][:] = forward(
        found.map_layers["pca"]["transform"], found.dataset.rows.reshape(300, -1)
    ) @ found.registration["pca"][0] + [1.0, 3.0]
    rng = np.random.default_rng(5)
    found.map_layers["pca"]["reconstruct"] = [(rng.normal(size=(2, 16)), rng.normal(size=16), "linear")]
    return found


@pytest.fixture
def opened(browser, run, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(page.make(run)[0], encoding="utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(path.as_uri())
    opened.wait_for_selector(".maps[data-painted]")
    yield opened
    context.close()


def drop(opened, path):
    opened.locator("[data-part=living] input[type=file]").set_input_files(path)


def placed(opened):
    opened.wait_for_selector("[data-part=living] table")
    with opened.expect_download() as kept:
        opened.get_by_role("button", name="Places as CSV").click()
    return pd.read_csv(kept.value.path())


def test_rows_of_a_csv_land_where_python_puts_them(opened, run, tmp_path):
    rows = np.random.default_rng(1).random((200, 16)) * 16
    pd.DataFrame(rows).to_csv(tmp_path / "new.csv", index=False, header=False)
    drop(opened, tmp_path / "new.csv")
    found, values = placed(opened), rows / 16
    assert len(found) == 200
    expected = forward(run.map_layers["pca"]["transform"], values)
    assert np.abs(found[["pca x", "pca y"]].to_numpy() - expected).max() < TOLERANCE * np.ptp(expected)
    for name in ("pca", "deep"):
        codes = forward(run.encoder_layers[name]["encoder"], values)
        errors = np.square(forward(run.encoder_layers[name]["decoder"], codes) - values).sum(axis=1)
        np.testing.assert_allclose(found[f"{name} error"], errors, rtol=TOLERANCE)
        known = run.errors[name][run.is_test]
        p = p_values(errors, known)
        assert np.abs(found[f"{name} p_value"] - p).max() <= 2 / (1 + len(known)), "but for errors as good as equal"


def test_an_empty_spot_is_decoded(opened, run):
    box = opened.locator('[data-map="pca"] .panel').bounding_box()
    opened.mouse.click(box["x"] + 2, box["y"] + 3)
    opened.wait_for_selector("[data-part=decoded] canvas")
    shown = np.array(opened.locator("[data-part=decoded]").get_attribute("data-values").split(","), dtype=float)
    low, high = run.maps["pca"].min(axis=0), run.maps["pca"].max(axis=0)
    side = 1.06 * (high - low).max()
    spot = (low + high) / 2 + side * (np.array([2 / box["width"], 3 / box["height"]]) - 0.5) * [1, -1]
    own = (spot - [1.0, 3.0]) @ np.linalg.inv(run.registration["pca"][0])
    expected = 16 * forward(run.map_layers["pca"]["reconstruct"], own)
    assert np.abs(shown - expected).max() < 0.01 * np.ptp(expected), "a pixel of the screen is no point"


def test_a_drawing_is_placed(opened):
    opened.locator(".pad").scroll_into_view_if_needed()
    pad = opened.locator(".pad").bounding_box()
    opened.mouse.move(pad["x"] + 40, pad["y"] + 40)
    opened.mouse.down()
    opened.mouse.move(pad["x"] + 100, pad["y"] + 120, steps=5)
    opened.mouse.up()
    expect(opened.locator("[data-part=living] tbody th")).to_have_text("your drawing")
    assert len(placed(opened)) == 1
    with_diamond = marks(opened)
    opened.get_by_role("button", name="Clear the pad").click()
    expect(opened.locator("[data-part=living] table")).to_have_count(0)
    opened.wait_for_timeout(100)
    assert marks(opened) != with_diamond, "nothing stays on the map of what is gone"


def marks(opened):
    return opened.evaluate("document.querySelector('canvas.marks').toDataURL()")


def test_what_may_come_and_where_it_lands_is_said_beforehand(opened):
    said = opened.locator("[data-part=living]").inner_text()
    assert "It lands on PCA of raw pixels; the other maps have no network that places new rows." in said
    assert "Draw on the black pad of 4 × 4 pixels" in said
    assert "a CSV file of rows of 16 numbers, from 0 to 16, chosen or dropped here" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1,2,3\n", "bad.csv, line 1: has 3 values; a row of the map's data has 16."),
        (",".join(["1"] * 15 + ["x"]) + "\n" + ",".join(["1"] * 15 + ["x"]) + "\n", 'bad.csv, line 1: value 16 is "x"; give a number.'),
        ("", "bad.csv: holds no rows; give at least one line of 16 numbers."),
        (",".join(["1"] * 15 + [""]) + "\n", 'bad.csv, line 1: value 16 is ""; give a number.'),
        ("<img src=x>\n", "bad.csv: holds no rows; give at least one line of 16 numbers."),
    ],
)  # fmt: skip
def test_a_malformed_csv_is_refused_in_one_line(opened, tmp_path, text, line):
    (tmp_path / "bad.csv").write_text(text)
    drop(opened, tmp_path / "bad.csv")
    expect(opened.locator(".refused")).to_have_text(line)
    assert opened.locator("[data-part=living] table").count() == 0


@pytest.fixture
def exported(browser):
    """A page with one function of a module; a module runs only after its tag is added, so it is waited for."""
    opened = browser.new_page()

    def export(module, name):
        content = f"{explorer.script(module)}\nObject.assign(window, {{ {name} }});"
        opened.add_script_tag(content=content, type="module")
        opened.wait_for_function(f"() => window.{name}")
        return opened

    yield export
    opened.close()


def test_csv_of_the_page_holds_no_formulas(exported):
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
    assert exported("dom.js", "csv").evaluate("cells => csv(cells)", cells) == (
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
    return info, {"columns": live_encoder._columns(info), "size": len(source.feature_names), "filled": False}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_as_python_reads_it(exported, known, tmp_path, case):
    (name, text), (info, told) = TABLES[case], known
    (tmp_path / name).write_bytes(text.encode())
    like = card_for_new_rows(info["reading"]["card"], info["reading"]["levels"])
    read = datasets.read(tmp_path / name, None, default_card=like)
    expected = read.rows[:, [read.feature_names.index(feature) for feature in info["feature_names"]]]
    ask = "([text, file, told]) => rowsOf(text, file, told).rows.map((row) => row.map((v) => (Number.isNaN(v) ? null : v)))"
    filled = told | {"filled": case == "missing values"}
    found = exported("csv_reader.js", "rowsOf").evaluate(ask, [text, name, filled])
    np.testing.assert_array_equal(np.array(found, dtype=float), expected)


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
def test_a_table_that_does_not_fit_is_one_line(exported, known, text, line):
    ask = "([text, told]) => rowsOf(text, 'new.csv', told).refused"
    said = exported("csv_reader.js", "rowsOf").evaluate(ask, [text, known[1]])
    assert said.startswith("new.csv") and line in said


def test_missing_values_are_filled_in_before_scaling(exported, known, tmp_path):
    """A number by its column's median, a category by the shares of its values."""
    source, text = datasets.read(tmp_path / "known", None), TABLES["missing values"][1]
    scaling = json.loads(json.dumps(choose(source, source.rows, "standard", "median", "known", [])))
    assert scaling["fill"][:4] == pytest.approx([2.5, 1 / 3, 1 / 3, 1 / 3])
    (tmp_path / "new.csv").write_text(text)
    reading = known[0]["reading"]
    rows = datasets.read(
        tmp_path / "new.csv", None, default_card=card_for_new_rows(reading["card"], reading["levels"])
    ).rows
    exported("csv_reader.js", "rowsOf")
    ask = "([scaling, text, told]) => rowsOf(text, 'new.csv', told).rows.map((row) => scaled(scaling, row))"
    found = exported("networks.js", "scaled").evaluate(ask, [scaling, text, known[1] | {"filled": True}])
    np.testing.assert_allclose(found, scale(rows, scaling, "new"), rtol=1e-6)


def test_other_networks_are_left_out(made):
    """Convolutions, activations that the page does not know, series: no pad, and no weights."""
    run = made(n=60)
    for name in run.encoder_layers:
        run.encoder_layers[name] = None
    run.map_layers["pca"]["transform"] = [(np.ones((16, 2)), np.ones(2), "swish")]
    assert explorer.live_encoder.gather(run, {}) is None
    series = made(n=60, kind="sequence")
    assert explorer.live_encoder.gather(series, {}) is None
    page.make(run)


@pytest.mark.slow
def test_the_page_of_a_real_run_agrees_with_place(finished, browser, tmp_path):
    """200 digits: places on the plane of PCA, and errors and p-values of a real autoencoder."""
    from sklearn.datasets import load_digits

    rows = load_digits().images[-200:]
    np.save(tmp_path / "new.npy", rows)
    pd.DataFrame(rows.reshape(200, -1)).to_csv(tmp_path / "new.csv", index=False, header=False)
    for name in ("pca", "tsne-deep"):
        finished.run(
            "pipeline", "place", str(tmp_path / "new.npy"), "--map", name, "--out", str(tmp_path / f"{name}.parquet")
        )
    on_pca, of_deep = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("pca", "tsne-deep"))
    context = browser.new_context(accept_downloads=True)
    opened = context.new_page()
    opened.goto((finished.folder / "reports/report.html").as_uri())
    opened.wait_for_selector(".maps[data-painted]")
    drop(opened, tmp_path / "new.csv")
    found = placed(opened)
    context.close()
    assert np.abs(found[["pca x", "pca y"]].to_numpy() - on_pca[["x", "y"]].to_numpy()).max() < TOLERANCE * np.ptp(
        on_pca["x"]
    )
    np.testing.assert_allclose(found["deep error"], of_deep["error"], rtol=TOLERANCE)
    assert np.abs(found["deep p_value"] - of_deep["p_value"]).max() <= 2 / 61
