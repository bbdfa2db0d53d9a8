"""TensorBoard's Embedding Projector: tensors of the data, the codes and the maps, the table as metadata, and a sheet of pictures."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline import ragged
from pipeline.exports import Run
from pipeline.preprocessing import quantize
from pipeline.preprocessing.scaling import unscale
from pipeline.runtime.atomic_io import write_text

SHEET = 8192  # pixels: the largest side of a sheet that the projector takes
TABLE = str.maketrans("\t\r\n", "   ")


def write(folder: Path, run: Run) -> str:
    raw = np.nan_to_num(ragged.flat(np.asarray(run.dataset.rows)))
    tensors = (
        {"raw": raw}
        | {f"codes-{name}": code for name, code in run.codes.items()}
        | {f"map-{name}": points for name, points in run.maps.items()}
    )
    table = run.dataset.table.astype(str).apply(lambda column: column.str.translate(TABLE))
    table.to_csv(folder / "metadata.tsv", sep="\t", index=False, quoting=3, escapechar="\\", lineterminator="\n")
    sheet = _sheet(folder / "sprite.png", run)
    parts = []
    for name, values in tensors.items():
        np.savetxt(folder / f"{name}.tsv", np.asarray(values), fmt="%.6g", delimiter="\t")
        parts.append(
            f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{name}.tsv"\n  metadata_path: "metadata.tsv"\n{sheet}}}\n'
        )
    write_text(folder / "projector_config.pbtxt", "".join(parts))
    return f"projector_config.pbtxt: tensorboard --logdir {folder}, tab Projector"


def _sheet(path: Path, run: Run) -> str:
    """Write all images side by side, if they fit into a sheet; what the configuration says of it."""
    info, rows = run.dataset.info, run.dataset.rows
    if info["kind"] != "image":
        return ""
    height, width = rows.shape[1:3]
    across = math.ceil(math.sqrt(len(rows)))
    if across * max(height, width) > SHEET:
        return ""
    rows = unscale(np.asarray(rows), info["scaling"])
    gray = rows if rows.ndim == 3 else rows[..., :3].mean(axis=3)
    whole = np.zeros((across * across, height, width), dtype=np.uint8)
    whole[: len(rows)] = quantize.quantized(gray, {"rule": "none"}, np.nanmin(gray), np.nanmax(gray))
    pixels = whole.reshape(across, across, height, width).swapaxes(1, 2).reshape(across * height, across * width)
    Image.fromarray(pixels).save(path)
    return f'  sprite {{\n    image_path: "sprite.png"\n    single_image_dim: {width}\n    single_image_dim: {height}\n  }}\n'
