"""The explorer in headless Chromium: 70,000 rows on four maps, with Plotly's and Bokeh's linked scatters of the same points.

Seconds from opening the file to the last map painted; milliseconds from the end of a lasso over half the points, or of a
pointer's move, to the next painted frame. Software rendering. The points: Gaussian clusters, which compress as badly as maps do.
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
from pipeline.report import caveats, colors, explorer, formatting, page
from pipeline.report.explorer import packing
from pipeline.report.rendering import Picture

MAPS = ("t-SNE", "UMAP", "PCA", "t-SNE of codes")
CLASSES = [str(digit) for digit in range(10)]
BODY = '{% extends "base.html" %}{% block body %}<main>{% include "explorer.html" %}</main>{% endblock %}'


def points(rows: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, rows)
    maps = {name: rng.normal(scale=20, size=(10, 2))[labels] + 5 * rng.normal(size=(rows, 2)) for name in MAPS}
    return maps, labels


def findings(rows: int) -> SimpleNamespace:
    """What the explorer asks of a run's findings."""
    (maps, labels), rng = points(rows), np.random.default_rng(1)
    names, words = {f"map-{number}": title for number, title in enumerate(maps)}, np.array(CLASSES)[labels]
    given = config.load(Path(__file__).parents[1] / "params.yaml")
    given = given.model_copy(update={"maps": {name: {"space": "deep", "method": "tsne"} for name in names}})
    # Neighbors lie on the same part of the first map, as true ones mostly do.
    order = np.argsort(maps[MAPS[0]] @ [1, 0.01] + 1000 * labels)
    near = np.empty((rows, 8), int)
    near[order] = order[np.clip(np.arange(rows)[:, None] + rng.integers(-300, 300, (rows, 8)), 0, rows - 1)]
    by_row = {"trustworthiness_15": 1 - rng.beta(1, 30, rows), "stability_15": rng.beta(20, 5, rows),
              "lost_in_the_code": rng.binomial(15, 0.2, rows), "lost_on_the_map": rng.binomial(15, 0.3, rows)}  # fmt: skip
    return SimpleNamespace(
        given=given, maps=dict(zip(names, maps.values(), strict=True)), titles=names, best="map-0", labels=words, neighbors=near,
        dataset=SimpleNamespace(table=pd.DataFrame({"id": np.arange(rows), "split": "train"}), info={"feature_names": None, "kind": "sequence"}), errors={"deep": rng.gamma(5, 1, rows)},
        lost=lambda name: rng.binomial(15, 0.5, rows) / 15, of_rows=lambda name, column: by_row[column], codes={},
    )  # fmt: skip


def ours(rows: int) -> tuple[str, str]:
    """The page, and what parts of it weigh, in words."""
    results = findings(rows)
    results.params = results.params.model_copy(
        update={"report": results.params.report.model_copy(update={"inputs": False})}
    )
    class_colors = colors.of_classes(results.labels, CLASSES)
    header, arrays = explorer.data.header_and_arrays(results, class_colors, explorer.data.in_map_order(results, np.arange(rows)))
    least = {name: array for name, array in arrays.items() if name == "labels" or name.startswith("map")}
    told = {key: header[key] for key in ("ids", "classes", "shown")}
    contents = explorer.gather(results, class_colors, 10**8)
    blank = Picture("blank", "", (320, 320), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"")
    figures = [SimpleNamespace(name=name, heading="", caption="", caveat="", picture=blank) for name in results.maps]
    html = page.render(
        page.environment().from_string(BODY),
        page.swatches(class_colors),
        explorer.script(),
        title="Explorer",
        results=results,
        maps=figures,
        explored=contents,
        doubts=caveats,
        names=formatting,
    )
    small = len(html) - len(contents.text) + len(packing.pack(told, least))
    return html, f"{small / 1e6:.2f} MB with positions and labels alone"


def plotly(rows: int) -> str:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    maps, labels = points(rows)
    figure = make_subplots(1, 4, subplot_titles=list(maps))
    for column, spots in enumerate(maps.values(), start=1):
        figure.add_trace(go.Scattergl(x=spots[:, 0].astype(np.float32), y=spots[:, 1].astype(np.float32), mode="markers",
                                      marker={"size": 3, "color": labels}), 1, column)  # fmt: skip
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
    data = {
        f"{axis}{number}": spots[:, at].astype(np.float32)
        for number, spots in enumerate(maps.values())
        for at, axis in enumerate("xy")
    }
    source = ColumnDataSource(data | {"color": np.array(Category10[10])[labels]}, name="points")
    plots = []
    for number in range(4):
        plot = figure(
            width=340,
            height=340,
            tools="lasso_select,pan,wheel_zoom",
            active_drag="lasso_select",
            output_backend="webgl",
        )
        plot.scatter(f"x{number}", f"y{number}", source=source, size=3, color="color")
        plots.append(plot)
    return file_html(gridplot([plots], merge_tools=False), INLINE, "bokeh")


# Milliseconds until the browser has painted what it is asked to: two frames, since the first may paint what was before.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


# Until other rows are chosen than before, and the frame after that begins; NaN after ten seconds.
ANSWERED = """([count, before]) => new Promise(done => {
    setTimeout(() => done(NaN), 10_000);
    const look = () => eval(count) === before ? setTimeout(look) : requestAnimationFrame(() => done(performance.now()));
    look();
})"""
CHOSEN = {
    "ours": "document.querySelector('.maps').dataset.chosen",
    "Plotly": "document.querySelector('.plotly-graph-div').data[0].selectedpoints?.length",
    "Bokeh": "Bokeh.documents[0].get_model_by_name('points').selected.indices.length",
}


def drag(opened: Page, box: dict, half: float, count: str) -> float:
    """A lasso over the left part of a box, by mouse; milliseconds from letting go to the painted answer."""
    before = opened.evaluate(count)
    corners = [(0.02, 0.02), (half, 0.02), (half, 0.98), (0.02, 0.98)]
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    opened.mouse.move(*spots[0])
    opened.mouse.down()
    for spot in spots[1:]:
        opened.mouse.move(*spot, steps=12)
    opened.evaluate(PAINTED)
    opened.evaluate(
        "() => addEventListener('pointerup', () => { window.let_go = performance.now() }, { capture: true, once: true })"
    )
    opened.mouse.up()
    return opened.evaluate(ANSWERED, [count, before]) - opened.evaluate("window.let_go")


# What moving the pointer costs: its handler, and what that has left to the next frame.
HOVER = """([x, y]) => new Promise(done => {
    let begun;
    requestAnimationFrame(() => begun = performance.now());
    const start = performance.now();
    document.elementFromPoint(x, y).dispatchEvent(new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true }));
    const handled = performance.now() - start;
    requestAnimationFrame(() => done(handled + performance.now() - begun));
})"""


def measure(opened: Page, file: Path, box: str, ready: str, count: str) -> tuple[str, dict[str, float]]:
    """In words, and as figures: MB, seconds until painted, ms to answer a lasso."""
    opened.goto(file.as_uri())
    opened.wait_for_selector(ready, timeout=120_000)
    size, painted = file.stat().st_size / 1e6, opened.evaluate(PAINTED) / 1000
    said = f"{size:6.2f} MB, painted after {painted:5.2f} s"
    ours = opened.locator("[name=tool][value=lasso]")
    if ours.count():
        ours.check()
    frame = opened.locator(box).first.bounding_box()
    if ours.count():
        spots = [
            (frame["x"] + (0.1 + 0.01 * step) * frame["width"], frame["y"] + 0.5 * frame["height"])
            for step in range(80)
        ]
        taken = sorted(opened.evaluate(HOVER, spot) for spot in spots)
        said += f", hover {taken[40]:.1f} ms (of 80 the slowest {taken[-1]:.1f})"
    lasso = statistics.median(drag(opened, frame, half, count) for half in (0.5, 0.48, 0.46))
    return f"{said}, lasso {lasso:.0f} ms", {"MB": size, "s until painted": painted, "ms to answer a lasso": lasso}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=70_000)
    rows = parser.parse_args().rows
    html, weighed = ours(rows)
    pages = {"ours": (html, ".panel", ".maps[data-painted]"), "Plotly": (plotly(rows), ".nsewdrag", ".nsewdrag"),
             "Bokeh": (bokeh(rows), ".bk-Figure", ".bk-Figure")}  # fmt: skip
    print(f"{rows:,} points x 4 maps, headless Chromium, software rendering; ours {weighed}")
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (html, box, ready) in pages.items():
            file = Path(folder) / f"{name}.html"
            file.write_text(html, encoding="utf-8")
            opened = browser.new_page(viewport={"width": 1400, "height": 900}, bypass_csp=True)
            said, figures[name] = measure(opened, file, box, ready, CHOSEN[name])
            print(f"  {name:<7}{said}", flush=True)
            opened.close()
        browser.close()
    for name in ("Plotly", "Bokeh"):
        for unit, value in figures["ours"].items():
            pair.keep(f"a page of {rows:,} points x 4 maps", value, name, figures[name][unit], unit)


if __name__ == "__main__":
    main()
