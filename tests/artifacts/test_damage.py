"""Results that are damaged, missing, or of another version: one line, with the command that brings them back."""

import pytest

from pipeline import artifacts
from pipeline.artifacts import formats, paths
from pipeline.encoders import pca
from pipeline.runtime.errors import InputError

pytestmark = pytest.mark.usefixtures("elsewhere")


MADE_BY = {
    "dataset/rows.npy": ("prepare", artifacts.load_dataset),
    "dataset/table.parquet": ("prepare", artifacts.load_table),
    "columns.parquet": ("prepare", lambda: artifacts.load_dataset(whole=True)),
    "dataset/dataset.json": ("prepare", artifacts.load_dataset),
    "spaces/raw/points.npy": ("prepare", lambda: artifacts.load_space("raw")),
    "spaces/raw/neighbors.npz": ("prepare", lambda: artifacts.load_space("raw")),
    "spaces/deep/space.json": ("encode@deep", lambda: artifacts.load_space("deep")),
    "spaces/deep/error.npy": ("encode@deep", lambda: artifacts.load_arrays("deep")),
    "spaces/deep/layers.npz": ("encode@deep", lambda: artifacts.load_space_layers("deep")),
    "spaces/deep/trials.parquet": ("encode@deep", lambda: artifacts.load_trials("deep")),
    "encoders/linear": ("train@linear", lambda: artifacts.load_encoder("linear", pca)),
    "maps/t/5/points.npy": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/map.json": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/mapper.npz": ("embed@t", lambda: artifacts.load_drawn("t.5")),
    "controls/redrawn/t/areas.parquet": ("redraw@t", lambda: artifacts.load_subsampling("t")),
    "controls/structureless/t/points.npy": ("structureless@t", lambda: artifacts.load_null_map("t")),
    "advice/raw/dimensions.parquet": ("prepare", lambda: artifacts.load_advice("raw", "dimensions")),
    "advice/deep/errors.parquet": ("advise@deep", lambda: artifacts.load_advice("deep", "errors")),
    "evaluation/points.parquet": ("evaluate", lambda: artifacts.load_evaluation("points")),
    "evaluation/registration.json": ("evaluate", artifacts.load_registration),
    "timings/train-deep.json": ("train@deep", lambda: artifacts.load_timing("train-deep")),
}
OPTIONAL = {"spaces/deep/layers.npz", "spaces/deep/error.npy", "timings/train-deep.json"}  # not there is an answer, too
DAMAGE = {
    "cut off": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "other": lambda content: b"<html>Sign in to read this file</html>",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", MADE_BY)
def test_a_damaged_artifact_is_one_line_with_the_commands_that_mend_it(name, damage, written):
    written()
    stage, load = MADE_BY[name]
    load()
    path = file = paths.ARTIFACTS / name
    if path.is_dir():  # an encoder is read as a whole
        (file,) = path.iterdir()
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(InputError) as refused:
        load()
    line = str(refused.value)
    assert line.startswith(f"artifacts/{name}: damaged (") and "\n" not in line
    assert line.endswith(f"). Run: dvc checkout --force artifacts/{name}, or dvc repro --force {stage}")


@pytest.mark.parametrize("name", sorted({*MADE_BY} - OPTIONAL))
def test_a_missing_artifact_is_one_line_with_the_command_that_makes_it(name, written):
    written()
    stage, load = MADE_BY[name]
    path = paths.ARTIFACTS / name
    for file in [*path.iterdir()] if path.is_dir() else [path]:
        file.unlink()
    with pytest.raises(InputError, match=rf": not there\. Run: dvc repro {stage}, or dvc checkout for the last one\.$"):
        load()


def test_an_older_format_is_refused_before_anything_else_is_read(monkeypatch, written):
    written()
    for damaged in ("dataset/rows.npy", "spaces/deep/points.npy", "maps/t/5/points.npy"):
        (paths.ARTIFACTS / damaged).unlink()  # as of a version that named them otherwise
    version = formats.FORMAT_VERSION
    monkeypatch.setattr(formats, "FORMAT_VERSION", version + 1)
    for load, folder, stage in (
        (artifacts.load_dataset, "dataset", "prepare"),
        (lambda: artifacts.load_space("deep"), "spaces/deep", "encode@deep"),
        (lambda: artifacts.load_map("t.5"), "maps/t/5", "embed@t"),
    ):
        with pytest.raises(InputError) as refused:
            load()
        assert str(refused.value) == (
            f"artifacts/{folder}: format version {version}, this program reads {version + 1}. Renew it: dvc repro --force {stage}"
        )
