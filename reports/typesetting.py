"""From a template and its data to a PDF, with typst: the one place that knows it.

Templates are in `templates/` and hold no words. What they show arrives as JSON, so a text is a value and
never markup: there is nothing to escape. The same data give the same bytes.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg
import typst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEMPLATES = Path(__file__).parent / "templates"
FAMILY = "PT Sans"
"""Drawn for public signs and small print: clear shapes, an open zero, narrow enough for full titles."""


class Typesetter:
    """Templates and fonts, read once; for use by one thread at a time.

    Fonts of the machine are left out: the same data make the same pages everywhere.
    """

    def __init__(self) -> None:
        self._fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=True,
            font_paths=[str(fontpkg.path(FAMILY).parent)],
        )
        self._compiler = typst.Compiler(root=TEMPLATES, font_paths=self._fonts)

    def pdf(self, template: str, data: Mapping[str, object]) -> bytes:
        """The document that `templates/<template>.typ` makes of the data: A4, tagged for screen readers."""
        made = self._compiler.compile(
            TEMPLATES / f"{template}.typ",
            format="pdf",
            sys_inputs=_inputs(data),
            pdf_standards=["ua-1"],
        )
        assert isinstance(made, bytes), "a PDF is one file"
        return made

    def pages(self, template: str, data: Mapping[str, object]) -> int:
        """How many pages the document has."""
        found = typst.query(
            TEMPLATES / f"{template}.typ",
            "<pages>",
            field="value",
            one=True,
            root=TEMPLATES,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs=_inputs(data),
        )
        return int(json.loads(found))

    def largest(self, template: str, data: Mapping[str, object], sizes: Sequence[float]) -> tuple[float, int]:
        """The largest of `sizes` (points, falling) that takes no more pages than the smallest, and how many.

        Given to the template as `size`.
        """
        least = self.pages(template, {**data, "size": sizes[-1]})
        first = bisect_left(
            sizes,
            True,
            hi=len(sizes) - 1,
            key=lambda size: self.pages(template, {**data, "size": size}) == least,
        )
        return sizes[first], least


def _inputs(data: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}
