"""A card is guessed from the data, can be read, and never overwrites another."""

import pandas as pd
import pytest

from pipeline import datasets
from pipeline.commands import new_dataset
from pipeline.runtime.errors import InputError

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
    output = capsys.readouterr().out
    assert "height" in output and "data.missing" in output and f"data.path to {tmp_path}" in output
    source = datasets.read(tmp_path, None)
    assert source.feature_names == ["height"] and source.title == "my wine"
    assert source.table.to_dict("list") == {
        "id": list(TABLE["ID"]), "label": list(TABLE["Species"]), "region": list("nsns"), "day": list(TABLE["day"]), "note": list("pqrs"),
    }  # fmt: skip
    assert "# categories: [region, note]" in (tmp_path / "dataset.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        new_dataset.main(str(tmp_path))


def test_a_file_next_to_others_must_be_moved_first(tmp_path):
    for name in ("wine.csv", "notes.txt"):
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"mkdir {tmp_path}/wine && mv {tmp_path}/wine.csv {tmp_path}/wine"):
        new_dataset.main(str(tmp_path / "wine.csv"))
    with pytest.raises(InputError, match="no such file or folder"):
        new_dataset.main(str(tmp_path / "none"))


BOTTLES = {
    "bottled on": [f"{day:02}.03.2019" for day in range(1, 9)],
    "bottle_no": [7, 3, 9, 12, 40, 2, 5, 6],
    "row": [4, 3, 2, 1, 5, 6, 8, 7],
    "hue": [0.5, 0.25, 1, 2, 3, 4, 5, 6],
    "price (EUR)": ["3.5", "4", "unknown", "5", "6", "7", "8", "9"],
}


@pytest.mark.parametrize(
    ("left_out", "id", "excluded"),
    [
        ([], "bottle_no", "bottled on, price (EUR), row"),
        (["bottle_no"], "row", "bottled on, price (EUR)"),
        (["bottle_no", "row"], "None", "bottled on, price (EUR)"),
    ],
)
def test_dates_are_no_ids_and_nearly_numeric_columns_are_noted(tmp_path, left_out, id, excluded):
    pd.DataFrame(BOTTLES).drop(columns=left_out).to_csv(tmp_path / "t.csv", index=False)
    new_dataset.main(str(tmp_path / "t.csv"))
    card = (tmp_path / "dataset.yaml").read_text(encoding="utf-8")
    note = '7 of 8 values are numbers, the others "unknown"'
    assert f"# price (EUR): {note}" in card
    source = datasets.read(tmp_path, None)
    assert source.reading["card"].get("id", "None") == id and source.feature_names == ["hue"]
    assert source.reading["card"]["exclude"] == [name.strip('"') for name in excluded.split(", ")]
    assert any(note in use for use in source.column_summary["use"])
