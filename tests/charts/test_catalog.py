"""The texts of the charts: all there, in both languages, none forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import charts
from locales.translator import FOLDER

SOURCE = "\n".join(path.read_text("utf-8") for path in sorted(Path(charts.__file__).parent.glob("*.py")))


def catalog(language: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((FOLDER / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                key = message.id if isinstance(message.id, str) else message.id[0]
                if not key.startswith("chart."):
                    continue
                assert key not in found
                forms = message.string or ()
                found[key] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_forms_and_places() -> None:
    italian, english = catalog("it"), catalog("en")
    assert list(italian) == list(english)
    for key, forms in italian.items():
        assert len(forms) == len(english[key])
        for form, other in zip(forms, english[key], strict=True):
            assert form
            assert other
            assert fields(form) == fields(other), key


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_key_is_used_and_every_used_key_is_there(language: str) -> None:
    written = {key.rstrip(".") for key in re.findall(r"\"(chart\.[a-z_.]+)", SOURCE)}
    keys = set(catalog(language))
    composed = {stem for stem in written - keys if any(key.startswith(stem + ".") for key in keys)}
    assert written - keys - composed == set()
    assert {
        key for key in keys - written if not any(key.startswith(stem + ".") for stem in composed)
    } == set()
