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
    "columns.parquet": ("prepare", lambda: artifacts.load_dataset(all_columns=True)),
    "dataset/dataset.json": ("prepare", artifacts.load_dataset),
    "spaces/raw/points.npy": ("prepare", lambda: artifacts.load_space("raw")),
    "spaces/raw/neighbors.npz": ("prepare", lambda: artifacts.load_space("raw")),
    "supplement/intrinsic_dimension.parquet": ("prepare", artifacts.load_intrinsic_dimension),
    "spaces/deep/space.json": ("encode@deep", lambda: artifacts.load_space("deep")),
    "spaces/deep/error.npy": ("encode@deep", lambda: artifacts.load_arrays("deep")),
    "spaces/deep/layers.npz": ("encode@deep", lambda: artifacts.load_space_layers("deep")),
    "spaces/deep/robustness.parquet": ("encode@deep", lambda: artifacts.load_robustness("deep")),
    "encoders/linear": ("train@linear", lambda: artifacts.load_encoder("linear", pca)),
    "maps/t/5/points.npy": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/map.json": ("embed@t", lambda: artifacts.load_map("t.5")),
    "maps/t/5/mapper.npz": ("embed@t", lambda: artifacts.load_map("t.5")),
    "controls/subsampling/r_nx_auc.parquet": ("subsampling", artifacts.load_subsampling),
    "controls/null_maps/t/points.npy": ("null_maps@t", lambda: artifacts.load_null_map("t")),
    "supplement/code_size_sweep/deep/errors.parquet": ("code_size_sweep@deep", lambda: artifacts.load_code_size_sweep("deep", "errors")),
    "supplement/remaining/t/points.npy": ("transform@t", lambda: artifacts.load_remaining("t")),
    "evaluation/points.parquet": ("evaluate", lambda: artifacts.load_evaluation("points")),
    "evaluation/registration.json": ("evaluate", artifacts.load_registration),
    "timings/train-deep.json": ("train@deep", lambda: artifacts.load_timing("train@deep")),
}  # fmt: skip
OPTIONAL = {"spaces/deep/layers.npz", "spaces/deep/error.npy", "timings/train-deep.json"}  # may be missing
DAMAGE = {
    "cut off": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "other": lambda content: b"<html>Sign in to read this file</html>",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_artifact_is_one_line_with_the_commands_that_renew_it(damage, written):
    written()
    for name, (stage, load) in MADE_BY.items():
        load()
        path = paths.ARTIFACTS / name
        (file,) = path.iterdir() if path.is_dir() else [path]  # an encoder is read as a whole
        intact = file.read_bytes()
        file.write_bytes(DAMAGE[damage](intact))
        with pytest.raises(InputError) as refused:
            load()
        line = str(refused.value)
        assert line.startswith(f"artifacts/{name}: damaged (") and "\n" not in line
        assert line.endswith(f"). Run: dvc checkout --force artifacts/{name}, or dvc repro --force {stage}")
        file.write_bytes(intact)


def test_a_missing_artifact_is_one_line_with_the_command_that_makes_it(written):
    for name in sorted({*MADE_BY} - OPTIONAL):
        written()
        stage, load = MADE_BY[name]
        path = paths.ARTIFACTS / name
        for file in [*path.iterdir()] if path.is_dir() else [path]:
            file.unlink()
        with pytest.raises(InputError, match=rf"^artifacts/.*: .*\. Run: dvc repro {stage}, or dvc checkout "):
            load()


def test_an_older_format_is_refused_before_anything_else_is_read(monkeypatch, written):
    written()
    for damaged in ("dataset/rows.npy", "spaces/deep/points.npy", "maps/t/5/points.npy"):
        (paths.ARTIFACTS / damaged).unlink()  # as of a version with other names
    version = formats.FORMAT_VERSION
    monkeypatch.setattr(formats, "FORMAT_VERSION", version + 1)
    for load, folder, stage in (
        (artifacts.load_dataset, "dataset", "prepare"),
        (lambda: artifacts.load_space("deep"), "spaces/deep", "encode@deep"),
        (lambda: artifacts.load_map("t.5"), "maps/t/5", "embed@t"),
    ):
        with pytest.raises(InputError) as refused:
            load()
        assert str(refused.value).startswith(f"artifacts/{folder}: format version {version}, ")
        assert str(refused.value).endswith(f"dvc repro --force {stage}")
