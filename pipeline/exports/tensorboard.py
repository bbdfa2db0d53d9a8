"""TensorBoard's Embedding Projector: data, codes and maps as tensors, the table as metadata, images as a sprite."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline import ragged
from pipeline.exports import Results
from pipeline.preprocessing import quantize
from pipeline.preprocessing.scaling import unscale
from pipeline.runtime.atomic_io import write_text

SHEET = 8192  # pixels, the longest side of a sheet that the projector accepts
WITHOUT_BREAKS = str.maketrans("\t\r\n", "   ")


def write(folder: Path, results: Results) -> str:
    """Write projector_config.pbtxt and its files; returns how to open them."""
    raw = np.nan_to_num(ragged.flat(np.asarray(results.dataset.rows)))
    tensors = (
        {"raw": raw}
        | {f"codes-{name}": code for name, code in results.codes.items()}
        | {f"map-{name}": points for name, points in results.maps.items()}
    )
    table = results.dataset.table.astype(str).apply(lambda column: column.str.translate(WITHOUT_BREAKS))
    table.to_csv(folder / "metadata.tsv", sep="\t", index=False, quoting=3, escapechar="\\", lineterminator="\n")
    sprite = _write_sprite(folder / "sprite.png", results)
    parts = []
    for name, values in tensors.items():
        np.savetxt(folder / f"{name}.tsv", np.asarray(values), fmt="%.6g", delimiter="\t")
        parts.append(
            f'embeddings {{\n  tensor_name: "{name}"\n  tensor_path: "{name}.tsv"\n  metadata_path: "metadata.tsv"\n{sprite}}}\n'
        )
    write_text(folder / "projector_config.pbtxt", "".join(parts))
    return f"projector_config.pbtxt: tensorboard --logdir {folder}, tab Projector"


def _write_sprite(path: Path, results: Results) -> str:
    """Write all images side by side; returns their part of the configuration, empty if none or too many."""
    info, rows = results.dataset.info, results.dataset.rows
    if info["kind"] != "image":
        return ""
    height, width = rows.shape[1:3]
    across = math.ceil(math.sqrt(len(rows)))
    if across * max(height, width) > SHEET:
        return ""
    rows = unscale(np.asarray(rows), info["scaling"])
    gray = rows if rows.ndim == 3 else rows[..., :3].mean(axis=3)
    tiles = np.zeros((across * across, height, width), dtype=np.uint8)
    tiles[: len(rows)] = quantize.quantized(gray, {"rule": "none"}, np.nanmin(gray), np.nanmax(gray))
    pixels = tiles.reshape(across, across, height, width).swapaxes(1, 2).reshape(across * height, across * width)
    Image.fromarray(pixels).save(path)
    return f'  sprite {{\n    image_path: "sprite.png"\n    single_image_dim: {width}\n    single_image_dim: {height}\n  }}\n'
