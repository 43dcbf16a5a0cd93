"""The catalogs say the same in every language: keys, values, plural forms, markup."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from locales.translator import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog

LANGUAGES = sorted(path.parent.name for path in FOLDER.glob("*/LC_MESSAGES"))
PATHS = sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))
DOMAINS = sorted({path.stem for path in PATHS})


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def texts(path: Path) -> dict[str, tuple[str, ...]]:
    """Every key with its forms."""
    found = {}
    for message in read(path):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def tags_of(text: str) -> list[str]:
    return re.findall(r"</?[a-z]+>", text)


def named(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


def test_every_language_has_every_domain() -> None:
    assert {(language, domain) for language in LANGUAGES for domain in DOMAINS} == {
        (path.parent.parent.name, path.stem) for path in PATHS
    }


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_language_has_the_same_keys_with_the_same_values(domain: str) -> None:
    by_language = {
        language: {
            key: [values_of(form) | values_of(forms[0]) for form in forms]
            for key, forms in texts(FOLDER / language / "LC_MESSAGES" / f"{domain}.po").items()
        }
        for language in LANGUAGES
    }
    for language in LANGUAGES:
        assert by_language["it"] == by_language[language]


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_no_text_is_empty_and_plurals_have_all_their_forms(path: Path) -> None:
    catalog = read(path)
    for message in catalog:
        if not message.id:
            continue
        assert not message.fuzzy
        if isinstance(message.id, str):
            assert isinstance(message.string, str)
            assert message.string.strip()
        else:
            assert message.id[0] == message.id[1]
            assert catalog.num_plurals == len(message.string or ())
            assert all(form.strip() for form in message.string or ())


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_a_singular_needs_no_value_that_its_plural_does_not_have(path: Path) -> None:
    for key, forms in texts(path).items():
        if len(forms) > 1:
            first, *others = (values_of(form) for form in forms)
            assert all(first <= other | {"n"} for other in others), key
            assert all(others[0] == other for other in others), key


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_markup_is_telegrams_and_is_closed(path: Path) -> None:
    for key, forms in texts(path).items():
        for form in forms:
            open_tags: list[str] = []
            for tag in tags_of(form):
                if tag.startswith("</"):
                    assert open_tags.pop() == tag.replace("/", ""), key
                else:
                    assert tag in {"<b>", "<i>", "<code>"}, key
                    open_tags.append(tag)
            assert not open_tags, key


@pytest.mark.parametrize("path", PATHS, ids=named)
def test_a_key_stands_once(path: Path) -> None:
    keys = re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(keys)) == sorted(keys)
