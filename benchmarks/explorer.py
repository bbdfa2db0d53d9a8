"""The explorer in headless Chromium: 70,000 rows on four maps, compared with linked plots of Plotly and of Bokeh.

Seconds from opening the file to the last painted map; milliseconds from the end of a lasso over half of the points, or
of a pointer's move, to the next painted frame. Rendered in software. The points are Gaussian clusters, which compress
as little as maps do.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

from benchmarks import pair
from pipeline import config
from pipeline.report import colors, explorer, page
from pipeline.report.explorer import data, packing
from pipeline.report.rendering import Picture

MAPS = ("t-SNE", "UMAP", "PCA", "t-SNE of codes")
CLASSES = [str(digit) for digit in range(10)]
BODY = '{% extends "base.html" %}{% block body %}<main>{% include "explorer.html" %}</main>{% endblock %}'


def points(rows: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Title -> points (rows, 2) of each map, and the class of each row."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, rows)
    maps = {name: rng.normal(scale=20, size=(10, 2))[labels] + 5 * rng.normal(size=(rows, 2)) for name in MAPS}
    return maps, labels


def invented_results(rows: int) -> SimpleNamespace:
    """The part of a run's results that the explorer reads."""
    (maps, labels), rng = points(rows), np.random.default_rng(1)
    titles = {f"map-{number}": title for number, title in enumerate(maps)}
    params = config.load(Path(__file__).parents[1] / "params.yaml")
    without_inputs = params.report.model_copy(update={"inputs": False})
    entries = {name: {"space": "deep", "method": "tsne"} for name in titles}
    # Neighbors are close on the first map, as true ones mostly are.
    order = np.argsort(maps[MAPS[0]] @ [1, 0.01] + 1000 * labels)
    neighbors = np.empty((rows, 8), int)
    neighbors[order] = order[np.clip(np.arange(rows)[:, None] + rng.integers(-300, 300, (rows, 8)), 0, rows - 1)]
    columns = {
        "trustworthiness_15": 1 - rng.beta(1, 30, rows), "stability_15": rng.beta(20, 5, rows),
        "lost_in_the_code": rng.binomial(15, 0.2, rows), "lost_on_the_map": rng.binomial(15, 0.3, rows),
    }  # fmt: skip
    dataset = SimpleNamespace(
        table=pd.DataFrame({"id": np.arange(rows), "split": "train"}),
        info={"feature_names": None, "kind": "sequence", "labels": CLASSES},
    )
    return SimpleNamespace(
        params=params.model_copy(update={"maps": entries, "report": without_inputs}), dataset=dataset,
        maps=dict(zip(titles, maps.values(), strict=True)), titles=titles, best="map-0",
        labels=np.array(CLASSES)[labels], neighbors=neighbors, codes={}, errors={"deep": rng.gamma(5, 1, rows)},
        share_lost=lambda name: rng.binomial(15, 0.5, rows) / 15,
        by_point_or_none=lambda name, column: columns.get(column),
    )  # fmt: skip


def ours(rows: int) -> tuple[str, str]:
    """The page, and a text with the size of its smallest part."""
    results = invented_results(rows)
    class_colors = colors.of_classes(results.labels, CLASSES)
    header, arrays = data.header_and_arrays(results, class_colors, data.in_map_order(results, np.arange(rows)))
    positions_and_labels = {name: array for name, array in arrays.items() if name == "labels" or name.startswith("map")}
    small_header = {key: header[key] for key in ("ids", "classes", "shown")}
    blank = Picture("blank", "", (320, 320), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"")
    figures = [SimpleNamespace(name=name, heading="", caption="", caveat="", picture=blank) for name in results.maps]
    html = page.render(
        page.environment().from_string(BODY), page.swatches(class_colors), explorer.script(),
        title="Explorer", results=results, figures={"maps": figures}, **page.WORDING,
    )  # fmt: skip
    small = len(html) + len(packing.pack(small_header, positions_and_labels))
    html = page.insert_explorer_data(html, results, explorer.gather(results, class_colors, 10**8))
    return html, f"{small / 1e6:.2f} MB with only positions and labels"


def plotly(rows: int) -> str:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    maps, labels = points(rows)
    figure = make_subplots(1, 4, subplot_titles=list(maps))
    for column, positions in enumerate(maps.values(), start=1):
        x, y = positions.astype(np.float32).T
        figure.add_trace(go.Scattergl(x=x, y=y, mode="markers", marker={"size": 3, "color": labels}), 1, column)
    figure.update_layout(dragmode="lasso", width=1400, height=450)
    return figure.to_html(include_plotlyjs=True)


def bokeh(rows: int) -> str:
    from bokeh.embed import file_html
    from bokeh.layouts import gridplot
    from bokeh.models import ColumnDataSource
    from bokeh.palettes import Category10
    from bokeh.plotting import figure
    from bokeh.resources import INLINE

    maps, labels = points(rows)
    columns = {
        f"{axis}{number}": positions[:, at].astype(np.float32)
        for number, positions in enumerate(maps.values())
        for at, axis in enumerate("xy")
    }
    source = ColumnDataSource(columns | {"color": np.array(Category10[10])[labels]}, name="points")
    plots = []
    for number in range(4):
        plot = figure(width=340, height=340, tools="lasso_select,pan,wheel_zoom", active_drag="lasso_select",
                      output_backend="webgl")  # fmt: skip
        plot.scatter(f"x{number}", f"y{number}", source=source, size=3, color="color")
        plots.append(plot)
    return file_html(gridplot([plots], merge_tools=False), INLINE, "bokeh")


# Milliseconds until the browser has painted the current state: two frames, because the first may paint the one before.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


# Until the number of selected rows changes and the next frame begins; NaN after ten seconds.
ANSWERED = """([count, before]) => new Promise(done => {
    setTimeout(() => done(NaN), 10_000);
    const look = () => eval(count) === before ? setTimeout(look) : requestAnimationFrame(() => done(performance.now()));
    look();
})"""
SELECTED = {
    "ours": "document.querySelector('.maps').dataset.chosen",
    "Plotly": "document.querySelector('.plotly-graph-div').data[0].selectedpoints?.length",
    "Bokeh": "Bokeh.documents[0].get_model_by_name('points').selected.indices.length",
}


def drag(opened: Page, box: dict, half: float, count: str) -> float:
    """A lasso over the left part of a box, by mouse; milliseconds from letting go to the painted selection."""
    before = opened.evaluate(count)
    corners = [(0.02, 0.02), (half, 0.02), (half, 0.98), (0.02, 0.98)]
    positions = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    opened.mouse.move(*positions[0])
    opened.mouse.down()
    for spot in positions[1:]:
        opened.mouse.move(*spot, steps=12)
    opened.evaluate(PAINTED)
    opened.evaluate(LET_GO)
    opened.mouse.up()
    return opened.evaluate(ANSWERED, [count, before]) - opened.evaluate("window.let_go")


LET_GO = """() => addEventListener(
    'pointerup', () => { window.let_go = performance.now() }, { capture: true, once: true }
)"""
# Milliseconds of a pointer's move: its handler, and the work that it leaves to the next frame.
HOVER = """([x, y]) => new Promise(done => {
    let begun;
    requestAnimationFrame(() => begun = performance.now());
    const start = performance.now();
    const move = new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true });
    document.elementFromPoint(x, y).dispatchEvent(move);
    const handled = performance.now() - start;
    requestAnimationFrame(() => done(handled + performance.now() - begun));
})"""


def measure(opened: Page, file: Path, box: str, ready: str, count: str) -> tuple[str, dict[str, float]]:
    """A text, and the figures: MB, seconds until painted, ms to answer a lasso."""
    opened.goto(file.as_uri())
    opened.wait_for_selector(ready, timeout=120_000)
    size, painted = file.stat().st_size / 1e6, opened.evaluate(PAINTED) / 1000
    text = f"{size:6.2f} MB, painted after {painted:5.2f} s"
    lasso_tool = opened.locator("[name=tool][value=lasso]")
    if lasso_tool.count():
        lasso_tool.check()
    frame = opened.locator(box).first.bounding_box()
    if lasso_tool.count():
        positions = [
            (frame["x"] + (0.1 + 0.01 * step) * frame["width"], frame["y"] + 0.5 * frame["height"])
            for step in range(80)
        ]
        times = sorted(opened.evaluate(HOVER, spot) for spot in positions)
        text += f", hover {times[40]:.1f} ms (slowest of 80: {times[-1]:.1f})"
    lasso = statistics.median(drag(opened, frame, half, count) for half in (0.5, 0.48, 0.46))
    return f"{text}, lasso {lasso:.0f} ms", {"MB": size, "s until painted": painted, "ms to answer a lasso": lasso}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=70_000)
    rows = parser.parse_args().rows
    html, size = ours(rows)
    pages = {"ours": (html, ".panel", ".maps[data-painted]"), "Plotly": (plotly(rows), ".nsewdrag", ".nsewdrag"),
             "Bokeh": (bokeh(rows), ".bk-Figure", ".bk-Figure")}  # fmt: skip
    print(f"{rows:,} points x 4 maps, headless Chromium, software rendering; ours {size}")
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (html, box, ready) in pages.items():
            file = Path(folder) / f"{name}.html"
            file.write_text(html, encoding="utf-8")
            opened = browser.new_page(viewport={"width": 1400, "height": 900}, bypass_csp=True)
            text, figures[name] = measure(opened, file, box, ready, SELECTED[name])
            print(f"  {name:<7}{text}", flush=True)
            opened.close()
        browser.close()
    for name in ("Plotly", "Bokeh"):
        for unit, value in figures["ours"].items():
            pair.keep(f"a page of {rows:,} points x 4 maps", value, name, figures[name][unit], unit)


if __name__ == "__main__":
    main()
