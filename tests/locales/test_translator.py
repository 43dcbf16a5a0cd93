"""From a key to a sentence: escaping, plurals, lists, times, and catalogs that cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales.translator import Html, MissingText, Translator, Translators, load_translators

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TURIN = ZoneInfo("Europe/Rome")

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural={rule};\\n"

"""

TEXTS = """msgid "greeting"
msgstr "<b>Ciao {name}</b> & co."

msgid "dots"
msgid_plural "dots"
msgstr[0] "{n} bollino per {who}"
msgstr[1] "{n} bollini per {who}"
"""


def catalogs(folder: Path, texts: Mapping[str, str], rule: str = "(n != 1)") -> Path:
    for name, text in texts.items():
        path = folder / (name + ".po")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER.format(rule=rule) + text, encoding="utf-8")
    return folder


@cache
def ours() -> Translators:
    """The catalogs that Bollini ships with."""
    return load_translators(TURIN)


@pytest.fixture
def words(tmp_path: Path) -> Translator:
    return load_translators(TURIN, catalogs(tmp_path, {"it/LC_MESSAGES/messages": TEXTS})).of("it")


def test_values_are_escaped_and_the_catalogs_own_markup_is_not(words: Translator) -> None:
    said = words.text("greeting", name='<script> & "Zoë"')
    assert '<b>Ciao &lt;script&gt; &amp; "Zoë"</b> & co.' == said
    assert isinstance(said, Html)


def test_what_is_html_already_is_not_escaped_again(words: Translator) -> None:
    assert "<b>Ciao <i>Zoë</i></b> & co." == words.text("greeting", name=Html("<i>Zoë</i>"))


def test_plain_text_is_not_escaped(words: Translator) -> None:
    assert "1 bollino per A & B" == words.plain("dots", n=1, who="A & B")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Più treni", "Più treni"),
        ("שבת", "\u2068שבת\u2069"),
        ("\u202eabc", "\u2068abc\u2069"),
        ("a\u2067b\u2066c\u2069", "\u2068abc\u2069"),
        ("שבת\n\n<b>", "\u2068שבת\u2069\n\n\u2068&lt;b&gt;\u2069"),
        ("e\u0301 \u200d 👩‍👧", "e\u0301 \u200d 👩‍👧"),
    ],
)
def test_a_value_does_not_turn_what_stands_around_it(name: str, said: str, words: Translator) -> None:
    assert f"<b>Ciao {said}</b> & co." == words.text("greeting", name=name)


@settings(deadline=None)  # the first example also reads the catalogs
@given(st.text())
def test_no_value_can_bring_markup_into_a_text(name: str) -> None:
    words = ours().of("it")
    assert words.text("unknown_command", command=name).count("<") == 0


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 bollini"), (1, "1 bollino"), (2, "2 bollini"), (21, "21 bollini")]
)
def test_the_plural_form_follows_the_number(n: int, said: str, words: Translator) -> None:
    assert f"{said} per A" == words.text("dots", n=n, who="A")


def test_french_counts_zero_as_one(tmp_path: Path) -> None:
    folder = catalogs(tmp_path, {"it/LC_MESSAGES/messages": TEXTS})
    catalogs(folder, {"fr/LC_MESSAGES/messages": TEXTS}, rule="(n > 1)")
    assert "0 bollino per A" == load_translators(TURIN, folder).of("fr").text("dots", n=0, who="A")


def test_a_missing_text_names_the_key_and_the_language(words: Translator) -> None:
    assert words.has("greeting")
    assert not words.has("farewell")
    with pytest.raises(MissingText, match="it has no text 'farewell'"):
        words.text("farewell")


def test_lists_are_joined_as_people_say_them() -> None:
    translators = ours()
    assert "1.1, 2.2 e 3.3" == translators.of("it").join(["1.1", "2.2", "3.3"])
    assert "1.1 and 2.2" == translators.of("en").join(["1.1", "2.2"])
    assert "" == translators.of("it").join([])


def test_a_list_of_html_stays_html_and_one_plain_piece_makes_it_text() -> None:
    words = ours().of("it")
    assert isinstance(words.join([Html("<b>a</b>"), Html("b")]), Html)
    assert not isinstance(words.join([Html("<b>a</b>"), "b"]), Html)


def test_times_and_days_are_those_of_the_event() -> None:
    late = datetime(2023, 12, 4, 23, 30, tzinfo=UTC)
    translators = ours()
    assert "00:30" == translators.of("it").clock(late)
    assert "5 dicembre 2023" == translators.of("it").day(late)
    assert "December 5, 2023" == translators.of("en").day(late)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("it", "it"), ("en", "en"), ("en-GB", "en"), ("EN_us", "en"), (None, "it"), ("xx", "it"), ("", "it")],
)
def test_a_language_tag_finds_its_translator_or_the_default(tag: str | None, language: str) -> None:
    assert language == ours().of(tag).language


def test_the_default_language_is_offered_first() -> None:
    assert ("it", "en") == ours().languages


def test_a_key_in_two_catalogs_of_a_language_is_refused(tmp_path: Path) -> None:
    folder = catalogs(tmp_path, {"it/LC_MESSAGES/messages": TEXTS, "it/LC_MESSAGES/charts": TEXTS})
    with pytest.raises(ValueError, match="greeting stands in two catalogs"):
        load_translators(TURIN, folder)


def test_catalogs_that_disagree_on_plurals_are_refused(tmp_path: Path) -> None:
    folder = catalogs(tmp_path, {"it/LC_MESSAGES/messages": ""})
    catalogs(folder, {"it/LC_MESSAGES/charts": ""}, rule="(n > 1)")
    with pytest.raises(ValueError, match="disagree"):
        load_translators(TURIN, folder)


def test_an_unknown_plural_rule_is_refused(tmp_path: Path) -> None:
    folder = catalogs(tmp_path, {"it/LC_MESSAGES/messages": ""}, rule="(n > 2)")
    with pytest.raises(ValueError, match="plural rule"):
        load_translators(TURIN, folder)
