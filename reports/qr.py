"""QR codes, as drawings that stay sharp at any size."""

from __future__ import annotations

from io import BytesIO

import segno


def svg(content: str) -> str:
    """The code as SVG, black, without the white around it: four modules, which the sheet keeps free.

    Level Q or better: a quarter of it may be torn, stained or in the shade.
    """
    drawn = BytesIO()
    segno.make_qr(content, error="q", boost_error=True).save(
        drawn, kind="svg", border=0, dark="#000", xmldecl=False
    )
    return drawn.getvalue().decode()
