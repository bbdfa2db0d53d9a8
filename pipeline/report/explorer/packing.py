"""Arrays -> text for an HTML file, small: whole numbers by planes of bytes, which compress well, then deflate and base64."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np


def pack(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    """data.js reads it. arrays: uint8, uint16 or uint32 of any shape; 32 bits are kept in as few bytes as they need."""
    planes, descriptions = [], {}
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array).ravel()
        size = max(1, (int(flat.max(initial=0)).bit_length() + 7) // 8) if flat.dtype == np.uint32 else flat.itemsize
        descriptions[name] = {"count": flat.size, "bytes": size}
        planes.append(
            flat.astype(flat.dtype.newbyteorder("<"))
            .view(np.uint8)
            .reshape(flat.size, flat.itemsize)[:, :size]
            .T.tobytes()
        )
    head = json.dumps(
        header | {"arrays": descriptions}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
    whole = len(head).to_bytes(4, "little") + head + b"".join(planes)
    deflate = zlib.compressobj(9, wbits=-15)
    return base64.b64encode(deflate.compress(whole) + deflate.flush()).decode()


def steps(values: np.ndarray, low: float, high: float, count: int) -> np.ndarray:
    """Values from low to high as 0 to count, and count + 1 where there is none; the smallest unsigned type that holds them."""
    share = (values - low) / ((high - low) or 1)
    whole = np.where(np.isfinite(share), np.rint(np.nan_to_num(share).clip(0, 1) * count), count + 1)
    return whole.astype(np.uint8 if count < 255 else np.uint16)
