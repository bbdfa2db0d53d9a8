"""A first card is written from what is found, reads as it stands, and takes the place of none."""

import pandas as pd
import pytest

from pipeline import datasets, new_dataset
from pipeline.errors import InputError

TABLE = pd.DataFrame(
    {
        "ID": ["w1", "w2", "w3", "w4"],
        "height": [1.5, 2.5, None, 4.5],
        "region": ["n", "s", "n", "s"],
        "day": ["2026-01-01", "2026-01-02"] * 2,
        "note": list("pqrs"),
        "Species": ["a", "b", "a", "b"],
    }
)


def test_a_card_is_guessed_and_reads(tmp_path, capsys):
    TABLE.to_csv(tmp_path / "my wine.csv", index=False, sep=";")
    new_dataset.main(str(tmp_path / "my wine.csv"))
    said = capsys.readouterr().out
    assert "Values are missing in height: set data.missing" in said and f"set data.path to {tmp_path}" in said
    source = datasets.read(tmp_path, None)
    assert source.feature_names == ["height"] and source.title == "my wine"
    assert source.table.to_dict("list") == {
        "id": list(TABLE["ID"]), "label": list(TABLE["Species"]), "region": list("nsns"), "day": list(TABLE["day"]), "note": list("pqrs"),
    }  # fmt: skip
    assert "# categories: [region, note]" in (tmp_path / "dataset.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="is there already"):
        new_dataset.main(str(tmp_path))


def test_data_among_other_files_are_asked_to_move(tmp_path):
    for name in ("wine.csv", "notes.txt"):
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"mkdir {tmp_path}/wine && mv {tmp_path}/wine.csv {tmp_path}/wine"):
        new_dataset.main(str(tmp_path / "wine.csv"))
    with pytest.raises(InputError, match="no such file or folder"):
        new_dataset.main(str(tmp_path / "none"))
