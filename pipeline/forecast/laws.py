"""What each stage takes, from the sizes of the data and from params.yaml.

The constants of arithmetic are those of the modules beside this one; what is said here of starts, files and pictures was
measured on runs of digits (1,797 x 64) and of scikit-learn's breast cancer data (569 x 30), on one reference core.
"""

from __future__ import annotations

from typing import Any

from pipeline.config import Params, entry
from pipeline.forecast import methods, neighbors, networks
from pipeline.forecast.sizes import KERNELS, Sizes
from pipeline.forecast.work import MB, Work

START = Work(serial=0.9, memory=240 * MB)  # Python, NumPy and pandas
SAMPLE = 2_000  # rows whose areas are measured, where not all are
ISLANDS_UP_TO = 20_000  # rows


def cells(given: Params) -> list[str]:
    """All stages by the names that DVC has for them, as they run."""
    entries = dict.fromkeys(entry(name) for name in given.maps)
    found = [f"{stage}@{name}" for name in given.encoders for stage in ("train", "encode")]
    found += [f"{stage}@{name}" for stage in ("embed", "subsampling", "place") for name in entries]
    found += [f"{stage}@{name}" for stage in ("null_maps", "code_size_sweep") for name in getattr(given, stage)]
    return ["prepare", *found, "evaluate", "report"]


def kind(cell: str, sizes: Sizes) -> str:
    """What is comparable from run to run: "embed tsne" of embed@tsne-deep. A run that had no rows to place says nothing of one
    that has."""
    given, (stage, _, name) = sizes.given, cell.partition("@")
    if stage == "place" and not sizes.placed:
        return "place nothing"
    if stage in ("train", "encode", "code_size_sweep"):
        found = given.encoders[name]
        return " ".join([stage, found["kind"], *([found["architecture"]] if "architecture" in found else [])])
    return f"{stage} {given.maps[name]['method']}" if name else stage


def work(cell: str, sizes: Sizes) -> Work:
    """Of one stage, by the name that DVC has for it."""
    stage, _, name = cell.partition("@")
    return START + LAWS[stage](sizes, name) + Work(serial=_compiling(stage, name, sizes))


def _compiling(stage: str, name: str, s: Sizes) -> float:
    """Kernels are compiled by the first stage that needs them: those that measure by a redrawing, where there is one."""
    subsampled, first = s.rows <= s.given.subsampling.max_rows, entry(next(iter(s.given.maps)))
    needed = {"prepare": ["selection"], "evaluate": ["neighborhoods"] if subsampled else ["curves", "neighborhoods"]}
    needed["subsampling"] = ["curves"] if subsampled and name == first else []
    return sum(KERNELS[module] for module in needed.get(stage, []) if module in s.uncompiled)


def _prepare(s: Sizes, name: str) -> Work:
    saved = Work(disk=s.rows * (8 * s.values + 12 * s.given.neighbors.k + 40))
    return _reading(s.rows, s.values) + _neighbors(s, s.values) + saved


def _reading(rows: float, d: float) -> Work:
    return Work(serial=2e-8 * rows * d + 1e-5 * rows, memory=300 * MB + 20 * rows * d)


def _neighbors(s: Sizes, d: int) -> Work:
    return neighbors.nearest(s.rows, d, s.given.neighbors.k, s.given.neighbors.exact_up_to)


def _components(rows: float, d: float) -> Work:
    """Principal components, all of them: the covariance, and its decomposition."""
    return Work(serial=0.3 + 6e-10 * d**3, products=2 * rows * d**2, memory=240 * MB + 8 * rows * d + 24 * d**2)


def _fit(s: Sizes, options: dict[str, Any]) -> Work:
    if options["kind"] == "pca":
        return _components(s.training, s.values)
    epochs = options.get("epochs") or 100
    return networks.training(options, s.shape, s.kind, s.training, epochs)


def _ready(options: dict[str, Any]) -> Work:
    """What a process needs before it can train an encoder."""
    return Work() if options["kind"] == "pca" else networks.IMPORT + networks.compiled(options)


def _train(s: Sizes, name: str) -> Work:
    options = s.given.encoders[name]
    return _ready(options) + _fit(s, options).times(options.get("trainings") or 1) + Work(disk=1 * MB)


def _encode(s: Sizes, name: str) -> Work:
    """All rows once for each training, and the test rows about five times more."""
    options, rows = s.given.encoders[name], s.rows * _trainings(s, name) + 5 * s.testing
    tests = s.testing
    files = Work(
        disk=4 * tests * s.values + s.rows * (4 * s.space(name)[0] + 12 * s.given.neighbors.k + 40),
        memory=260 * MB + 30 * tests * s.values,
    )
    found = files + _neighbors(s, s.space(name)[0])
    found += _applied(s, name, rows)
    if options["kind"] == "pca":
        return found
    return found + networks.IMPORT + Work(memory=1000 * MB + 60 * tests * s.values)


def _applied(s: Sizes, name: str, rows: float) -> Work:
    """Rows through an encoder, and back."""
    options = s.given.encoders[name]
    if options["kind"] == "pca":
        return Work(products=4 * rows * s.values * s.space(name)[0])
    return networks.applying(options, s.shape, s.kind, rows)


def _trainings(s: Sizes, name: str) -> int:
    return s.given.encoders[name].get("trainings") or 1


def _maps(s: Sizes, name: str | None = None) -> dict[str, dict[str, Any]]:
    """All maps that an entry stands for, or all of the run. (Stages that draw nothing have no use for the import.)"""
    from pipeline.methods import expanded

    return expanded(s.given, name).maps


def _embed(s: Sizes, name: str) -> Work:
    each = [
        methods.all_drawings(options, s.rows, s.space(options["space"]), s.given.seeds, s.cores)
        for options in _maps(s, name).values()
    ]
    return sum(each, Work())


def _redraw(s: Sizes, name: str) -> Work:
    again = s.given.subsampling
    if s.rows > again.max_rows:
        return Work(serial=0.3)
    found, part = Work(serial=1.0), again.share * s.rows
    for options in _maps(s, name).values():
        start, one = methods.embedding(options, part, s.space(options["space"]))
        measured = neighbors.compared(part, s.values, 1, SAMPLE * 10)
        near = neighbors.nearest(part, s.values, 90)
        found += start + (one + measured + near).times(again.subsamples) + Work(disk=1e4)
    return found


def _place(s: Sizes, name: str) -> Work:
    """The source is read again; each row left out is encoded, finds its neighbors among the fitted ones, and its place; a sample
    of them is measured."""
    if not s.placed:
        return Work(serial=0.3)
    read, found = _reading(s.rows + s.left, s.values), Work(serial=1.0)
    for options in _maps(s, name).values():
        space = options["space"]
        start, each = methods.placing(options, s.placed, s.rows, s.space(space))
        found += (
            start + each + neighbors.compared(s.rows + min(SAMPLE, s.placed), s.values, 1, 0) + Work(disk=12 * s.placed)
        )
        if space != "raw":
            found += _ready(s.given.encoders[space]) + _applied(s, space, s.placed)
    return read + found


def _structureless(s: Sizes, name: str) -> Work:
    options, draws = s.given.maps[name], s.given.null_maps[name]["draws"]
    start, one = methods.embedding(options, s.rows, s.space(options["space"]))
    each = one + Work(products=6 * s.rows * min(s.rows, s.values) * s.values, serial=4e-8 * s.rows * s.values)
    each += _neighbors(s, networks.values(s.space(options["space"])))
    if options["space"] != "raw":
        encoder = s.given.encoders[options["space"]]
        each += _fit(s, encoder) + Work(products=s.rows * networks.products(encoder, s.shape, s.kind))
        start += _ready(encoder)
    held = Work(memory=300 * MB + 16 * s.rows * s.values)
    return start + each.times(draws) + held + Work(disk=8 * s.rows * draws)


def _advise(s: Sizes, name: str) -> Work:
    """Compiled anew for each size."""
    asked, options, found = s.given.code_size_sweep[name], s.given.encoders[name], networks.IMPORT
    epochs = max(1, round(asked["steps"] * (options.get("batch_size") or 128) / s.training))
    epochs = min(options.get("epochs") or epochs, epochs)
    for size in asked["sizes"]:
        trained = networks.training(options | {"code_size": size}, s.shape, s.kind, s.training, epochs)
        found += networks.compiled(options) + trained.times(asked["trainings"])
    return found + _components(s.training, s.values) + Work(disk=2e4)


def _evaluate(s: Sizes, name: str) -> Work:
    options, found = s.given.evaluate, Work()
    maps = _maps(s)
    counts = {name: methods.embeddings(each, s.given.seeds) for name, each in maps.items()}
    codes = sum(_trainings(s, name) for name in s.given.encoders)
    for space in dict.fromkeys(["raw", *(each["space"] for each in maps.values())]):
        own = sum(count for name, count in counts.items() if space in ("raw", maps[name]["space"]))
        views = own + codes if space == "raw" else own
        found += neighbors.compared(s.rows, networks.values(s.space(space)), views, options.exact_up_to)
    nulls = sum(each["draws"] for each in s.given.null_maps.values())
    few, embeddings = min(s.rows, ISLANDS_UP_TO), sum(counts.values())
    found += Work(serial=(0.05 + 4e-5 * few + 2.5e-9 * few**2)).times(embeddings + nulls)
    found += _components(s.training, s.values) + Work(serial=1.0 + _jpeg(s))
    return found + Work(memory=560 * MB, disk=s.rows * (60 * len(maps)) + 4e5)


def _jpeg(s: Sizes) -> float:
    """Seconds of up to 1,000 test images at 14 qualities."""
    images = min(1000, s.testing) if s.kind == "image" else 0
    return 14 * images * (1e-4 + 1e-7 * s.values)


def _report(s: Sizes, name: str) -> Work:
    shown, maps = min(s.rows, s.given.report.points), len(_maps(s))
    page = min(s.given.report.max_megabytes * 1e6, 1e6 + shown * (60 + 8 * maps))
    return Work(serial=3.5 + 0.5 * maps + 5e-5 * shown * maps, memory=260 * MB + 400 * shown * maps, disk=2e6 + page)


ENCODERS = ("pca", "autoencoder")  # others are taken for autoencoders, with what they say of `hidden`, `epochs`, ...
LAWS = {
    "prepare": _prepare,
    "train": _train,
    "encode": _encode,
    "embed": _embed,
    "subsampling": _redraw,
    "place": _place,
    "null_maps": _structureless,
    "code_size_sweep": _advise,
    "evaluate": _evaluate,
    "report": _report,
}
