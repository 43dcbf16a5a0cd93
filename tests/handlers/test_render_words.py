"""The words themselves: none missing, none idle, and what the texts tell people to type is understood."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from handlers.render import (
    LANGUAGES,
    argument_words,
    chart_words,
    commands,
    gathering_words,
    leading_words,
    note_words,
    own_words,
    paper_words,
    phase_words,
    place_words,
    registry,
    render,
    role_words,
    suggestion_words,
    theme_words,
    toast,
    typed_words,
)
from handlers.render.typing_words import FACILITATOR, REGIA, ROLES
from locales.translator import FOLDER, Html, Translator, load_translators
from participation.event import Phase
from participation.notices import Role
from tests.handlers.render_samples import Samples, elsewhere, kinds, stacking, turin

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY_ROLE = tuple(Role)
MENU = 32, 256
"""Characters of a command and of its description that Telegram takes at most."""


@cache
def words_of(language: str) -> Translator:
    return load_translators(turin().zone_info).of(language)


@cache
def raw_texts(language: str) -> dict[str, str]:
    """Every key of the messages with its text; the forms of a plural below each other."""
    return {
        key: text
        for domain in (
            "gathering",
            "messages",
            "notes",
            "own",
            "paper",
            "restitution",
            "roles",
            "steering",
            "suggestions",
            "themes",
        )
        for key, text in texts_of(language, domain).items()
    }


def texts_of(language: str, domain: str) -> dict[str, str]:
    """The texts of one catalog."""
    with (FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        if isinstance(message.string, str)
        else "\n".join(message.string or ())
        for message in catalog
        if message.id
    }


class Listening:
    """A translator that remembers which keys it was asked for."""

    def __init__(self, words: Translator) -> None:
        self.asked: set[str] = set()
        self._words = words

    def __getattr__(self, name: str) -> object:
        return getattr(self._words, name)

    def text(self, key: str, /, **values: object) -> Html:
        self.asked.add(key)
        return self._words.text(key, **values)

    def plain(self, key: str, /, **values: object) -> str:
        self.asked.add(key)
        return self._words.plain(key, **values)


FIRST_ROUNDS, ROUNDS = 5, 1000
"""So often every notice is drawn at first, and at most those that may say what has not been said yet."""

WHOLE = 10
"""Every so many rounds with what is long and many, which takes ten times as long."""


def test_no_text_of_the_catalogs_is_idle() -> None:
    listening = Listening(words_of("it"))
    every = set(raw_texts("it"))
    mappings = (
        typed_words,
        leading_words,
        argument_words,
        phase_words,
        paper_words,
        chart_words,
        place_words,
        theme_words,
        note_words,
        own_words,
        role_words,
        suggestion_words,
        gathering_words,
    )
    for mapping in mappings:
        mapping(listening)  # type: ignore[arg-type] # the same
    commands(listening, EVERY_ROLE)  # type: ignore[arg-type] # the same
    events = (turin(), stacking(), elsewhere())
    whole = [(event, Samples(event, Random(5))) for event in events]
    brief = [(event, Samples(event, Random(6), brief=True)) for event in events]
    source = {kind: inspect.getsource(topic) for topic in registry._TOPICS for kind, _ in topic.RENDERERS}
    drawing = kinds()
    for number in range(ROUNDS):
        if number >= FIRST_ROUNDS:
            # What is seldom said is sought where it stands, or where it is put together from its beginning.
            idle = {f'"{key.split(".")[0]}.' for key in every - listening.asked}
            drawing = [kind for kind in kinds() if any(beginning in source[kind] for beginning in idle)]
        for event, drawn in brief if number % WHOLE else whole:
            for kind in drawing:
                notice = drawn.of(kind)
                render(notice, event, listening)  # type: ignore[arg-type] # it listens for a translator
                toast(notice, event, listening)  # type: ignore[arg-type] # the same
        if every <= listening.asked:
            break
    assert set() == every - listening.asked


def test_the_languages_offered_are_those_of_the_catalogs() -> None:
    assert set(LANGUAGES) == set(load_translators(turin().zone_info).languages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_of_each_role_is_one_that_telegram_takes(language: str) -> None:
    words = words_of(language)
    for roles in ((), *((role,) for role in Role), EVERY_ROLE):
        menu = commands(words, roles)
        assert all(re.fullmatch(r"[a-z0-9_]+", name) and len(name) <= MENU[0] for name, _ in menu)
        assert all(1 <= len(description) <= MENU[1] for _, description in menu)
        assert [1] * len(menu) == list(Counter(name for name, _ in menu).values())


FACILITATES = ("tavolo", "apri", "chiudi", "priorita", "ballottaggio", "sorteggio", "discuti", "nota")


def test_each_role_sees_its_own_commands_before_those_of_everybody() -> None:
    words = words_of("it")
    everybody = [name for name, _ in commands(words)]
    assert not {"tavolo", "fase"} & set(everybody)
    paper = ["carta", "schede", "consegnate", "presenti", "note", "raccolta", "sintesi"]
    assert [*FACILITATOR, *paper, *everybody] == [name for name, _ in commands(words, (Role.FACILITATOR,))]
    assert ["nota", *paper, *everybody] == [name for name, _ in commands(words, (Role.ASSISTANT,))]
    assert commands(words, (Role.FACILITATOR,)) == commands(words, (Role.VENUE_LEAD,))
    regias = [*REGIA, *ROLES]
    assert [*regias, *paper, *everybody] == [name for name, _ in commands(words, (Role.REGIA,))]
    both = [name for name, _ in commands(words, EVERY_ROLE)]
    assert [*FACILITATOR, *(name for name in regias if name not in FACILITATOR), *paper, *everybody] == both


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_mention_only_commands_that_there_are(language: str) -> None:
    known = {name for name, _ in commands(words_of(language), EVERY_ROLE)}
    for key, text in raw_texts(language).items():
        assert set(re.findall(r"(?<![<\w{])/([a-z_]+)", text)) <= known, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_typed_word_means_two_things(language: str) -> None:
    texts = raw_texts(language)
    groups = (
        ("typed.",),
        ("leading.",),
        ("argument.", "phase_words."),
        ("paper_words.", "argument.confirm"),
        ("chart_words.",),
        ("place_words.",),
        ("theme_words.",),
        ("note_words.",),
        ("own_words.",),
        ("role_words.",),
    )
    for prefixes in groups:
        listed = [
            word.strip().casefold()
            for key, text in texts.items()
            if key.startswith(prefixes)
            for word in text.split(",")
        ]
        assert all(listed)
        assert [] == [word for word, count in Counter(listed).items() if count > 1]


def test_every_phase_has_words_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(Phase) == set(phase_words(words_of(language)).values())
    assert Phase.SESSION2 == phase_words(words_of("it"))["sessione2"]
    assert Phase.PRIORITIES == phase_words(words_of("it"))["priorità"]


PROMISED = {
    "it": (
        ("welcome.go_on", "scrivi ho letto", "typed", "ho letto", "acknowledge"),
        ("ballot.type", "asse {axis}", "leading", "asse", "axis"),
        ("ballot.type", ", rivedi,", "typed", "rivedi", "review"),
        ("ballot.type", ", fine.", "typed", "fine", "finish"),
        ("ballot.type.free", "asse {axis}", "leading", "asse", "axis"),
        ("review.ask", "scrivi fine", "typed", "fine", "finish"),
        ("review.empty.ask", "scrivi fine", "typed", "fine", "finish"),
        ("question.move", "scrivi avanti, indietro, altra strategia", "typed", "avanti", "skip"),
        ("question.move", "indietro", "typed", "indietro", "back"),
        ("question.move", "altra strategia", "typed", "altra strategia", "strategies"),
        ("received.more.next", "scrivi avanti", "typed", "avanti", "skip"),
        ("received.more.last", "scrivi altra strategia", "typed", "altra strategia", "strategies"),
        ("questions.choose", "scrivi altra strategia", "typed", "altra strategia", "strategies"),
        ("own.how", "ritira {number}", "leading", "ritira", "withdraw"),
        ("own.how", "sposta {number}", "own", "sposta", "move"),
        ("own.move.where.how", "{strategy} domanda {question}", "own", "domanda", "question"),
        ("received.action", "azione {number} {code}", "own", "azione", "action"),
        ("phase_command.how", "oppure tutti", "argument", "tutti", "all"),
        ("board.how", "/priorita conferma", "argument", "conferma", "confirm"),
        ("ask.how", "scrivi conferma o annulla", "argument", "conferma", "confirm"),
        ("ask.how", "scrivi conferma o annulla", "argument", "annulla", "cancel"),
        ("nudged.used", "scrivi fine", "typed", "fine", "finish"),
        ("agenda.how", "/agenda ferma", "argument", "ferma", "hold"),
        ("agenda.how.held", "/agenda riprendi", "argument", "riprendi", "resume"),
        ("bulletin_unclear.how.regia", "/avviso tutti:", "argument", "tutti", "all"),
        ("bulletin_unclear.how.regia", "/avviso facilitatori:", "argument", "facilitatori", "leaders"),
        ("theme.done.axis.mine", "/temi guardare", "theme", "guardare", "look"),
        ("synthesis.wanted.how", "scrivi annulla", "argument", "annulla", "cancel"),
        ("charts.where", "{name} qui", "place", "qui", "here"),
        ("charts.where", "{name} canale", "place", "canale", "channel"),
    ),
    "en": (
        ("welcome.go_on", "type continue", "typed", "continue", "acknowledge"),
        ("ballot.type", "axis {axis}", "leading", "axis", "axis"),
        ("ballot.type", ", review,", "typed", "review", "review"),
        ("ballot.type", ", done.", "typed", "done", "finish"),
        ("ballot.type.free", "axis {axis}", "leading", "axis", "axis"),
        ("review.ask", "type done", "typed", "done", "finish"),
        ("review.empty.ask", "type done", "typed", "done", "finish"),
        ("question.move", "type next, back, another strategy", "typed", "next", "skip"),
        ("question.move", "back", "typed", "back", "back"),
        ("question.move", "another strategy", "typed", "another strategy", "strategies"),
        ("received.more.next", "type next", "typed", "next", "skip"),
        ("received.more.last", "type another strategy", "typed", "another strategy", "strategies"),
        ("questions.choose", "type another strategy", "typed", "another strategy", "strategies"),
        ("own.how", "withdraw {number}", "leading", "withdraw", "withdraw"),
        ("own.how", "move {number}", "own", "move", "move"),
        ("own.move.where.how", "{strategy} question {question}", "own", "question", "question"),
        ("received.action", "action {number} {code}", "own", "action", "action"),
        ("phase_command.how", "(or all)", "argument", "all", "all"),
        ("board.how", "/priorita confirm", "argument", "confirm", "confirm"),
        ("ask.how", "type confirm or cancel", "argument", "confirm", "confirm"),
        ("ask.how", "type confirm or cancel", "argument", "cancel", "cancel"),
        ("nudged.used", "type done", "typed", "done", "finish"),
        ("agenda.how", "/agenda hold", "argument", "hold", "hold"),
        ("agenda.how.held", "/agenda resume", "argument", "resume", "resume"),
        ("bulletin_unclear.how.regia", "/avviso all:", "argument", "all", "all"),
        ("bulletin_unclear.how.regia", "/avviso facilitators:", "argument", "facilitators", "leaders"),
        ("theme.done.axis.mine", "/temi look", "theme", "look", "look"),
        ("synthesis.wanted.how", "type cancel", "argument", "cancel", "cancel"),
        ("charts.where", "{name} here", "place", "here", "here"),
        ("charts.where", "{name} channel", "place", "channel", "channel"),
    ),
}


@pytest.mark.parametrize(
    ("language", "key", "phrase", "where", "word", "meaning"),
    [(language, *promise) for language, promises in PROMISED.items() for promise in promises],
)
def test_what_a_text_tells_people_to_type_is_understood(
    language: str, key: str, phrase: str, where: str, word: str, meaning: str
) -> None:
    words = words_of(language)
    assert phrase in raw_texts(language)[key]
    understood: Mapping[str, Mapping[str, str]] = {
        "typed": typed_words(words),
        "leading": leading_words(words),
        "argument": argument_words(words),
        "place": place_words(words),
        "theme": theme_words(words),
        "role": role_words(words),
        "own": own_words(words),
    }
    assert meaning == understood[where][word]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("button", "keys"),
    [
        ("ballot.button.review", ("dots.make_room",)),
        ("ballot.button.finish", ("review.ask", "review.empty.ask")),
        ("question.button.next", ("received.more.next", "question.first.then")),
        ("question.button.strategies", ("received.more.last", "question.last.then")),
        ("board.button.confirm", ("board.how",)),
    ],
)
def test_buttons_are_called_in_the_text_what_they_are_called_below(
    button: str, keys: tuple[str, ...], language: str
) -> None:
    texts = raw_texts(language)
    for key in keys:
        assert texts[button] in texts[key]
