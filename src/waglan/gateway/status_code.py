"""A signed status as a QR code, of error correction M and with its quiet zone: for paper."""

import io
from typing import Final

SVG: Final = "image/svg+xml"
PNG: Final = "image/png"
MODULE_PIXELS: Final = 8  # of a PNG; an SVG has no pixels
MODULE_MM: Final = 0.5  # of an SVG: what a phone reads from a plain printer's paper


def picture(text: str, media_type: str) -> bytes:
    """Return the text as a QR code, in SVG or PNG."""
    import segno

    code, out = segno.make_qr(text, error="m", boost_error=False), io.BytesIO()
    if media_type == PNG:
        code.save(out, kind="png", scale=MODULE_PIXELS)
    else:
        code.save(out, kind="svg", scale=MODULE_MM, unit="mm", light="white")
    return out.getvalue()
