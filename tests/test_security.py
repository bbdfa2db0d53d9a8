"""Files and texts from elsewhere are data: nothing in them runs, here, in a browser, or in a spreadsheet."""

import ast
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline import artifacts, datasets
from pipeline.artifacts import formats, paths
from pipeline.encoders import autoencoder
from pipeline.runtime.atomic_io import csv
from pipeline.runtime.errors import InputError

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "pipeline").rglob("*.py")) + sorted((ROOT / "benchmarks").rglob("*.py"))
# Imports that stand for code from files, or for forked processes.
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml"}
# Between a cluster's processes, which run whatever they are sent: work, from no file.
OF_WORK = {"pipeline/runtime/cluster/__init__.py": ["pickle", "cloudpickle"]}
UNSAFE_CALLS = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "pd.read_pickle",
    "pandas.read_pickle",
    "keras.config.enable_unsafe_deserialization",
}


def unsafe(call: ast.Call) -> bool:
    name, keywords = ast.unparse(call.func), {word.arg: ast.unparse(word.value) for word in call.keywords}
    if name in ("np.save", "numpy.save") and "allow_pickle" not in keywords:
        return True  # and on a full disk it may lose the end: artifacts.formats.save_array does not
    if name in ("np.load", "numpy.load") or (name == "partial" and ast.unparse(call.args[0]) == "np.load"):
        return keywords.get("allow_pickle") != "False"
    if name.endswith("load_model"):
        return keywords.get("safe_mode") != "True"
    if name == "YAML":
        return keywords.get("typ") != "'safe'"
    if name.endswith("ProcessPoolExecutor"):
        return keywords.get("mp_context") != "get_context('spawn')"  # forked, threads' locks would stay locked
    return name in UNSAFE_CALLS or keywords.get("shell", "False") != "False"


def test_no_source_runs_what_it_reads():
    problems = []
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                problems += [(name, module) for module in modules if (module or "").split(".")[0] in UNSAFE_MODULES]
            elif isinstance(node, ast.Call) and unsafe(node):
                problems.append((name, f"line {node.lineno}: {ast.unparse(node)}"))
    assert problems == [(name, module) for name, modules in OF_WORK.items() for module in modules]


def test_the_scan_finds_what_it_looks_for():
    bad = ("np.load(p)", "np.load(p, allow_pickle=True)", "eval(x)", "run(x, shell=True)", "YAML()", "YAML(typ='unsafe')",
           "keras.models.load_model(p)", "partial(np.load)", "os.system(x)", "ProcessPoolExecutor(2)")  # fmt: skip
    for text in bad:
        assert unsafe(ast.parse(text).body[0].value), text


def test_no_command_holds_words_from_params():
    """What stands in params.yaml could else run in a shell."""
    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    commands = {name: stage.get("do", stage)["cmd"] for name, stage in stages.items()}
    assert all(re.fullmatch(rf"python -m pipeline\.stages\.{name}", command) for name, command in commands.items())


class Trap:
    """Unpickled, it leaves a file."""

    def __reduce__(self):
        return (Path.touch, (Path("sprung"),))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def trapped() -> np.ndarray:
    traps = np.empty(20, object)
    traps[:] = [Trap() for _ in traps]
    return traps


@pytest.mark.parametrize("name", ["data.npy", "data.npz"])
def test_data_with_objects_are_refused(name):
    if name.endswith("npy"):
        np.save(name, trapped(), allow_pickle=True)
    else:
        np.savez(name, x=np.zeros((20, 3)), y=trapped())
    with pytest.raises(InputError) as refused:
        datasets.read(Path(name), None)
    assert str(refused.value).startswith(name) and "\n" not in str(refused.value)
    assert not Path("sprung").exists()


def test_artifacts_with_objects_are_refused():
    folder = paths.MAPS / "one"
    folder.mkdir(parents=True)
    (folder / "map.json").write_text(
        f'{{"format_version": {formats.FORMAT_VERSION}, "seeds": [], "options": {{}}, "space": ""}}'
    )
    arrays = {"points.npy": np.zeros((1, 20, 2), np.float32), "mapper.npz": np.zeros(2)}
    for trap in arrays:
        for name, array in (arrays | {trap: trapped()}).items():
            (np.save if name.endswith("npy") else np.savez)(folder / name, array)
        with pytest.raises(InputError, match=rf"^artifacts/maps/one/{trap}: damaged \(Object arrays cannot be loaded"):
            artifacts.load_map("one")
    assert not Path("sprung").exists()


def test_networks_with_code_are_refused():
    """A .keras file may hold a function's bytes, which loading would run."""
    from pipeline.autoencoders.backend import keras

    folder = paths.ENCODERS / "deep"
    folder.mkdir(parents=True)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: Path("sprung").touch() or x)])
    Path("sprung").unlink(missing_ok=True)  # building it has run the function
    model.save(folder / "encoder.keras")
    with pytest.raises(InputError, match=r"^artifacts/encoders/deep: damaged \(.*[Ll]ambda"):
        artifacts.load_encoder("deep", autoencoder)
    assert not Path("sprung").exists()


def test_networks_name_no_functions_of_other_modules():
    """The same file may name any function that is installed; Keras looks up its own only."""
    from pipeline.autoencoders.backend import keras

    folder = paths.ENCODERS / "deep"
    folder.mkdir(parents=True)
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="relu")]).save("good.keras")
    with zipfile.ZipFile("good.keras") as good, zipfile.ZipFile(folder / "encoder.keras", "w") as bad:
        for member in good.namelist():
            content = good.read(member)
            if member == "config.json":
                config = content.replace(
                    b'"module": "keras.layers", "class_name": "Dense"', b'"module": "os", "class_name": "mkdir"'
                )
                assert config != content
                content = config
            bad.writestr(member, content)
    with pytest.raises(InputError, match=r"^artifacts/encoders/deep: damaged"):
        artifacts.load_encoder("deep", autoencoder)


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x","y")', "-", "+cmd|' /C calc'!A0"]


def test_csv_holds_no_formulas():
    table = pd.DataFrame(
        {
            "=name": FORMULAS,
            "value": -1.5,
            "count": -1,
            "text": ["-1.5", "+2", "1", "-1e5", ".5", "-.5", "a=b", "", "-3."],
        }
    )
    read = pd.read_csv(io.StringIO(csv(table)), dtype=str, keep_default_na=False)
    assert list(read) == ["'=name", "value", "count", "text"]
    assert list(read["'=name"]) == [f"'{text}".replace("\r", "\n") for text in FORMULAS]
    assert (read["value"] == "-1.5").all() and (read["count"] == "-1").all()
    assert list(read["text"]) == list(table["text"])


def test_plots_for_people_hold_no_formulas():
    artifacts.save_plots({"r_nx_auc": pd.DataFrame({"name": ["=1+1"], "r_nx_auc": [-0.5]})})
    assert (paths.PLOTS / "r_nx_auc.csv").read_bytes() == b"name,r_nx_auc\n'=1+1,-0.5\n"
