"""Texts are values: whatever an event file says is printed as it is, and the same each time."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participation.event import Event
from reports import ballots, posters, strategies
from reports.typesetting import TEMPLATES, Typesetter
from tests.reports.events import TURIN
from tests.reports.paper import pages, squeezed

if TYPE_CHECKING:
    from collections.abc import Callable

    from locales.translator import Translators

# Everything that means something to typst, and what Italian needs.
LETTERS = st.sampled_from("""abczABCZ0189 àèéìòùÀÈ’«»·°€#$*_@<>[]{}()"'`\\/~-=+|&%^:;,.!?""")


def with_title(title: str) -> Event:
    data = deepcopy(TURIN)
    data["title"] = title
    data["axes"] = [
        {"code": "1", "title": title, "strategies": [{"code": "1.1", "title": title, "label": "Una"}]}
    ]
    return Event.model_validate(data)


@given(title=st.text(LETTERS, min_size=1, max_size=30).filter(lambda text: text.strip() != ""))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_title_is_printed_to_the_letter(title: str, languages: Translators, typesetter: Typesetter) -> None:
    event = with_title(title)
    (page,) = pages(strategies.draw(event, languages.of("it"), typesetter), 20)
    # What is printed besides may have the same letters.
    assert 3 <= squeezed(page.text).count(squeezed(title))
    assert squeezed(f"1.1 {title}") in squeezed(page.text)


@pytest.mark.parametrize(
    "title",
    [
        '#import "@preview/example:0.1.0": *',
        '#read("/etc/passwd")',
        "#panic()",
        "$ x^2 $",
        "*grassetto* _corsivo_ `codice` ~ -- --- ...",
        "<etichetta> @riferimento // commento /* altro */",
        "L'«asse» \"d'oggi\" \\n \\u{41}",
    ],
)
def test_markup_in_a_title_is_only_text(title: str, languages: Translators, typesetter: Typesetter) -> None:
    (page,) = pages(strategies.draw(with_title(title), languages.of("it"), typesetter), 20)
    assert squeezed(f"1.1 {title}") in squeezed(page.text)


def test_the_same_event_gives_the_same_bytes(turin: Event, languages: Translators) -> None:
    """A file that is made again tells by itself whether anything changed."""
    words = languages.of("it")
    draws: tuple[Callable[[Typesetter], bytes], ...] = (
        lambda typesetter: posters.draw(turin, turin.tables[:2], "CopiaBot", words, typesetter),
        lambda typesetter: strategies.draw(turin, words, typesetter),
        lambda typesetter: ballots.draw(turin, turin.tables[8], [1, 2], words, typesetter),
    )
    for draw in draws:
        assert draw(Typesetter()) == draw(Typesetter())


def test_a_document_is_tagged_and_says_its_language_and_title(
    turin: Event, languages: Translators, typesetter: Typesetter
) -> None:
    """For who has it read aloud."""
    made = strategies.draw(turin, languages.of("it"), typesetter)
    assert b"/MarkInfo" in made
    assert b"/Lang (it)" in made or b"/Lang(it)" in made
    assert b"pdfuaid:part" in made


def test_no_word_stands_in_a_template() -> None:
    """What is shown between square brackets is values and labels only."""
    for path in sorted(TEMPLATES.glob("*.typ")):
        for line in path.read_text(encoding="utf-8").splitlines():
            code = line.split("//")[0]
            for shown in re.findall(r"\[([^\]]*)\]", code):
                left = re.sub(r"#[\w.-]+(\((?:[^()]|\([^()]*\))*\))?|<\w+>", "", shown)
                assert not re.search(r"[^\W\d_]{2,}", left), (path.name, line)
