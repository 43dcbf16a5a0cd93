"""Every notice in every language: a message that Telegram takes and a person can read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from random import Random
from typing import TYPE_CHECKING

import pytest

from handlers.callback_data import LIMIT, Acknowledge, SetDots, decode, encode
from handlers.render import LANGUAGES, TEXT_LIMIT, TOAST_LIMIT, Button, markup, registry, render, toast
from handlers.render.message import compose, shorten, stripped, units
from locales.translator import Html, Translator, Translators, load_translators
from participation.event import Phase
from participation.notices import (
    AskZone,
    BallotScreen,
    DotsRecorded,
    EventState,
    Help,
    Notice,
    OwnContribution,
    OwnContributions,
    PriorityScreen,
    PrivacyNotice,
    Programme,
    RunoffScreen,
    SheetScreen,
    StrategyList,
    TableScreen,
    TableState,
    UnknownCommand,
    Welcome,
)
from tests.handlers.render_samples import Samples, elsewhere, huge, kinds, stacking, turin

if TYPE_CHECKING:
    from collections.abc import Callable

    from participation.event import Event

EVENTS = {event.__name__: event for event in (turin, stacking, elsewhere, huge)}
SCREENS = (BallotScreen, TableScreen, PriorityScreen, RunoffScreen, SheetScreen)
LONGEST_BUTTON = 42


class Checked(HTMLParser):
    """Fails on tags that Telegram does not know and on tags that are not closed where they were opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i", "code"}
        assert not attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert ">" not in data
        assert "&" not in data

    def handle_entityref(self, name: str) -> None:
        assert name in {"amp", "lt", "gt"}

    def handle_charref(self, name: str) -> None:
        pytest.fail(f"a character reference: {name}")


def well_formed(text: str) -> bool:
    checked = Checked()
    checked.feed(text)
    checked.close()
    return not checked.open


@pytest.fixture(scope="module")
def translators() -> Translators:
    return load_translators(turin().zone_info)


@pytest.fixture
def it(translators: Translators) -> Translator:
    return translators.of("it")


def test_every_kind_of_notice_has_exactly_one_renderer() -> None:
    pairs = [kind for topic in registry._TOPICS for kind, _ in topic.RENDERERS]
    assert kinds() == sorted(pairs, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_any_notice_becomes_messages_that_telegram_takes(
    kind: type[Notice], event: Callable[[], Event], language: str, translators: Translators
) -> None:
    words = translators.of(language)
    place = event()
    samples = Samples(place, Random(f"{kind.__name__} {place.title} {language}"))
    for _ in range(5):
        notice = samples.of(kind)
        messages = render(notice, place, words)
        if kind in SCREENS:
            assert 1 == len(messages)
        for message in messages:
            assert 0 < units(message.text) <= TEXT_LIMIT
            assert well_formed(message.text)
            assert message.text == message.text.strip()
            assert "\n\n\n" not in message.text
            assert (markup(message.keyboard) is None) == (not message.keyboard)
            for row in message.keyboard:
                assert 1 <= len(row) <= 3
                for button in row:
                    assert len(button.text) <= LONGEST_BUTTON
                    assert button.press is not None
                    assert len(encode(button.press).encode()) <= LIMIT
                    assert decode(encode(button.press)) == button.press
        short = toast(notice, place, words)
        assert 0 < units(short) <= TOAST_LIMIT
        assert "\n" not in short


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_what_a_toast_counts_or_names_is_in_the_message_too(
    kind: type[Notice], language: str, translators: Translators
) -> None:
    words = translators.of(language)
    event = turin()
    samples = Samples(event, Random(f"toast {kind.__name__} {language}"))
    for _ in range(10):
        notice = samples.of(kind)
        text = " ".join(stripped(message.text) for message in render(notice, event, words))
        for number in re.findall(r"\b\d+(?:[.:]\d+)?\b", toast(notice, event, words).rstrip("…")):
            assert number in text


def test_what_people_typed_is_shown_as_text_and_never_as_markup(it: Translator) -> None:
    (message,) = render(AskZone(misread="<b>&Pinerolo"), turin(), it)
    assert "«&lt;b&gt;&amp;Pinerolo»" in message.text


def test_names_in_the_event_file_are_text_as_well(it: Translator) -> None:
    (welcome,) = render(Welcome(), elsewhere(), it)
    assert "<b>Roads &amp; &lt;Rails&gt;</b>" in welcome.text
    assert "City &amp; &lt;County&gt; registra" in welcome.text


def test_all_27_titles_of_turin_fit_one_message(translators: Translators) -> None:
    event = turin()
    for language in LANGUAGES:
        (message,) = render(StrategyList(), event, translators.of(language))
        assert 27 == sum(strategy.title in stripped(message.text) for strategy in event.strategies)


def test_a_list_too_long_for_one_message_is_cut_between_lines_and_loses_nothing(it: Translator) -> None:
    event = huge()
    messages = render(StrategyList(), event, it)
    assert len(messages) > 1
    whole = "\n".join(message.text for message in messages)
    assert 30 == sum(f"<b>{s.code}</b> {s.title}" in whole for s in event.strategies)


def test_only_the_last_of_several_messages_has_the_buttons() -> None:
    keyboard = ((Button("Tocca", Acknowledge("")),),)
    paragraphs = [Html("<b>" + "a" * 2000 + "</b>")] * 3
    first, second = compose(paragraphs, keyboard)
    assert () == first.keyboard
    assert keyboard == second.keyboard
    assert "\n\n".join(paragraphs[:2]) == first.text


def test_a_single_line_too_long_for_a_message_is_cut_between_words_without_its_markup() -> None:
    text = "parola&amp; " * 900
    messages = compose([Html(f"<b>{text}</b>")])
    assert len(messages) > 1
    assert all(well_formed(message.text) and units(message.text) <= TEXT_LIMIT for message in messages)
    assert text.split() == " ".join(message.text for message in messages).split()


def test_a_word_longer_than_a_message_is_cut_as_well() -> None:
    messages = compose([Html("\U0001f600" * 5000)])
    assert 5000 == sum(len(message.text.replace(" ", "")) for message in messages)
    assert all(units(message.text) <= TEXT_LIMIT for message in messages)


def test_a_message_needs_a_text() -> None:
    with pytest.raises(ValueError, match="without a text"):
        compose([None, Html("")])


@pytest.mark.parametrize("most", [1, 2, 10, 60])
def test_shortened_text_is_no_longer_than_asked_and_says_that_it_was_cut(most: int) -> None:
    for text in ("\U0001f600" * 50, "parola " * 50, "a" * 61):
        short = shorten(text, most)
        assert units(short) <= most
        assert short.endswith("…")
    assert "già breve" == shorten("  già\n breve ", 9)


def test_a_button_does_exactly_one_thing_and_says_it() -> None:
    with pytest.raises(ValueError, match="either"):
        Button("Tocca")
    with pytest.raises(ValueError, match="either"):
        Button("Tocca", Acknowledge(""), "https://example.org")
    with pytest.raises(ValueError, match="without a text"):
        Button(" ", Acknowledge(""))


def test_a_keyboard_becomes_telegrams() -> None:
    keyboard = ((Button("3.2 Ferrovie", SetDots("3.2", 1)), Button("Sito", url="https://example.org/")),)
    ours = markup(keyboard)
    assert ours is not None
    first = {"text": "3.2 Ferrovie", "callback_data": "d:3.2:1"}
    second = {"text": "Sito", "url": "https://example.org/"}
    assert [[first, second]] == ours.to_dict()["inline_keyboard"]
    assert markup(()) is None


@pytest.mark.parametrize("payload", ["a:b", "x" * 61, "à", "i-" + "x" * 40])
def test_a_payload_that_no_button_carries_is_left_behind(payload: str, it: Translator) -> None:
    (message,) = render(Welcome(payload=payload), turin(), it)
    assert Acknowledge("") == message.keyboard[0][0].press


def test_the_payload_of_a_table_or_an_invite_travels_in_the_button(it: Translator) -> None:
    for payload in ("T5", "i-0aZ_9"):
        (message,) = render(Welcome(payload=payload), turin(), it)
        assert Acknowledge(payload) == message.keyboard[0][0].press


def test_an_unknown_command_says_which_one_may_have_been_meant(it: Translator) -> None:
    (message,) = render(UnknownCommand(command="/bolini", nearest="bollini"), turin(), it)
    assert "Il comando /bolini non esiste. Forse cercavi /bollini?" in message.text


def test_help_lists_what_each_role_can_do(it: Translator) -> None:
    (stranger,) = render(Help(registered=False), turin(), it)
    assert "/bollini" not in stranger.text
    (both,) = render(Help(registered=True, facilitates=("T5",), regia=True), turin(), it)
    for command in ("/bollini", "/tavolo", "/discuti", "/stato", "/fase"):
        assert f"\n{command}: " in both.text


def test_times_are_those_of_the_event_not_of_the_machine(it: Translator) -> None:
    event = turin()
    (message,) = render(Programme(), event, it)
    assert "5 dicembre 2023" in message.text
    assert "<b>10:10</b> Sessione di discussione 1" in message.text


def test_the_privacy_notice_is_the_controllers_word_for_word(translators: Translators) -> None:
    event = turin()
    (message,) = render(PrivacyNotice(), event, translators.of("en"))
    for paragraph in event.privacy.notice.split("\n\n"):
        assert paragraph in stripped(message.text)
    assert "in their language" in message.text


def test_the_sums_of_the_overview_are_those_of_its_tables(it: Translator) -> None:
    event = turin()
    tables = tuple(
        TableState(
            table=table.code,
            phase=Phase.SESSION1,
            registered=10,
            voting=8,
            finished=5,
            contributions=2,
            strategy_on=None,
        )
        for table in event.tables
    )
    (message,) = render(EventState(at=event.moment(event.end), tables=tables), event, it)
    assert "Persone registrate: 100\nCon almeno un bollino: 80\nHanno finito: 50" in message.text


def test_eleven_tables_in_trouble_fit_one_message_of_the_overview(translators: Translators) -> None:
    event = turin()
    at = event.moment(event.end)
    one = TableState(
        table="T10",
        phase=Phase.PRIORITIES,
        registered=40,
        voting=38,
        finished=35,
        contributions=120,
        strategy_on="3.2",
        closes_at=at,
        prolonged=True,
        unreachable=3,
        paper=12,
        present=45,
        active_at=at,
        silent_minutes=17,
        alone=True,
        expected=Phase.PRIORITIES,
        crowded=True,
    )
    for language in LANGUAGES:
        (message,) = render(
            EventState(at=at, tables=(one,) * 11, held_at=at), event, translators.of(language)
        )
        assert units(message.text) <= TEXT_LIMIT
        for number in ("40", "38", "35", "120", "45", "12", "17"):
            assert 11 <= message.text.count(number)


def test_long_lists_of_own_contributions_come_in_parts_each_with_its_buttons(it: Translator) -> None:
    items = tuple(
        OwnContribution(
            id=f"c{number}", number=number, session=2, strategy="3.2", question="1", text="Idea " * 200
        )
        for number in range(1, 301)
    )
    messages = render(OwnContributions(items=items), turin(), it)
    assert 4 == len(messages)
    assert "I tuoi contributi: 300" in messages[0].text
    shown = [button.text for message in messages for row in message.keyboard for button in row]
    expected = [f"{what} {number}" for number in range(241, 301) for what in ("Ritira", "Sposta")]
    assert expected == shown
    assert "ritira 300" in messages[-1].text


def test_a_toast_tells_what_was_recorded_and_what_is_left(it: Translator) -> None:
    event = turin()
    said = DotsRecorded(placed=("3.2",), taken=(), left=1, budget=6, at=event.moment(event.end))
    assert "Bollino su 3.2. Ti resta 1 bollino su 6." == toast(said, event, it)
