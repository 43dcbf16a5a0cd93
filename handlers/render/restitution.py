"""The restitution in words: what it is made of, what to read aloud, the cards, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import PublishRestitution, ShowRestitution
from handlers.render.common import MISREAD_LENGTH, lines, renders, sentences, table_coded
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.typing_words import restitution_word
from participation.curation import NAME_LENGTH
from participation.restitution_notices import (
    RestitutionCard,
    RestitutionCards,
    RestitutionComing,
    RestitutionFrozen,
    RestitutionList,
    RestitutionPublished,
    RestitutionReady,
    RestitutionRefused,
    RestitutionScript,
    ThemeListed,
    ThemeTold,
    VoiceListed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from locales.translator import Html, Translator
    from participation.event import Event

SPOKEN_LENGTH: Final = 50
"""UTF-16 units of a theme's title where it is read aloud: three or four words."""

REFUSALS: Final = ("unknown", "draft", "unseen", "unclear")
"""Why nothing was done, as far as there are words of its own for it."""

SYNTHESIS_LENGTH: Final = 300
"""UTF-16 units of a table's synthesis where the regia looks at all cards together."""

VOICES_ON_A_CARD: Final = 12
VOICES_AMONG_OTHERS: Final = 3
"""Single voices of each table where the regia looks at all cards together."""


def restitution_coming(notice: RestitutionComing, _event: Event, words: Translator) -> tuple[Message, ...]:
    """It is on its way, or being made; what is in it."""
    key = "restitution.coming.ready" if notice.ready else "restitution.coming.made"
    return compose((sentences(words.text(key), _until(notice.until, words)),))


def _until(until: datetime | None, words: Translator) -> Html:
    if until is None:
        return words.text("restitution.draft", word=restitution_word(words, "freeze"))
    return words.text("restitution.until", time=words.clock(until))


def restitution_ready(notice: RestitutionReady, event: Event, words: Translator) -> tuple[Message, ...]:
    """A version in figures, and what publishes it."""
    return compose(
        (
            words.text("restitution.ready", version=notice.version, time=words.clock(notice.at)),
            _until(notice.until, words),
            sentences(
                words.text("restitution.ready.contributions", n=notice.contributions),
                words.text("restitution.ready.tables", n=notice.tables),
                words.text("restitution.ready.people", n=notice.people),
            ),
            words.text(
                "restitution.ready.themes",
                recurring=notice.recurring,
                crosscutting=notice.crosscutting,
                single=notice.single,
                voices=notice.voices,
            ),
            words.text("restitution.ready.unread", n=notice.unread) if notice.unread else None,
            _talking(notice.talking, event, words),
            _what_next(notice, words),
        ),
        _ready_buttons(notice, words),
    )


def _talking(talking: Sequence[str], event: Event, words: Translator) -> Html | None:
    if not talking:
        return None
    return words.text(
        "restitution.talking",
        n=len(talking),
        tables=words.join(table_coded(event, code) for code in talking),
        word=restitution_word(words, "freeze"),
    )


def _what_next(notice: RestitutionReady, words: Translator) -> Html | None:
    if notice.published_at is not None:
        return words.text("restitution.ready.published", time=words.clock(notice.published_at))
    if notice.until is None:
        return None
    key = "restitution.ready.publish" if notice.channel else "restitution.ready.cards"
    return sentences(
        words.text("restitution.ready.earlier", time=words.clock(notice.earlier)) if notice.earlier else None,
        words.text(key, n=notice.pages, word=restitution_word(words, "publish")),
    )


def _ready_buttons(notice: RestitutionReady, words: Translator) -> Keyboard:
    again = Button(words.plain("restitution.button.again"), ShowRestitution())
    if notice.published_at is not None or notice.until is None:
        return ((again,),)
    key = "restitution.button.publish" if notice.channel else "restitution.button.cards"
    return ((Button(words.plain(key), PublishRestitution(str(notice.version))),), (again,))


def restitution_list(notice: RestitutionList, _event: Event, words: Translator) -> tuple[Message, ...]:
    """All themes by kind, a line each, and all single voices."""
    kinds = {
        "recurring": [theme for theme in notice.themes if theme.recurring],
        "crosscutting": [theme for theme in notice.themes if theme.crosscutting and not theme.recurring],
        "single": [theme for theme in notice.themes if not theme.recurring and not theme.crosscutting],
    }
    return compose(
        (
            words.text("restitution.list"),
            *(
                lines(
                    (
                        words.text(f"restitution.list.{kind}"),
                        *(_theme_listed(theme, words) for theme in found),
                    )
                )
                for kind, found in kinds.items()
                if found
            ),
            lines(
                (
                    words.text("restitution.list.voices"),
                    *(_voice_listed(each, words) for each in notice.voices),
                )
            )
            if notice.voices
            else None,
            words.text("restitution.list.nothing") if not (notice.themes or notice.voices) else None,
        )
    )


def _theme_listed(theme: ThemeListed, words: Translator) -> Html:
    both = theme.recurring and theme.crosscutting
    return words.text(
        "restitution.list.theme.both" if both else "restitution.list.theme",
        title=shorten(theme.title, NAME_LENGTH)
        if theme.title
        else words.plain("restitution.untitled", number=theme.number),
        tables=" ".join(theme.tables),
    )


def _voice_listed(voice: VoiceListed, words: Translator) -> Html:
    if not voice.words:
        return words.text("restitution.list.voice.unread", table=voice.table)
    return words.text("restitution.list.voice", table=voice.table, words=", ".join(voice.words))


def theme_listed(notice: ThemeListed, _event: Event, words: Translator) -> tuple[Message, ...]:
    """A theme alone."""
    return compose((_theme_listed(notice, words),))


def voice_listed(notice: VoiceListed, _event: Event, words: Translator) -> tuple[Message, ...]:
    """A single voice alone."""
    return compose((_voice_listed(notice, words),))


def restitution_script(notice: RestitutionScript, _event: Event, words: Translator) -> tuple[Message, ...]:
    """What is read aloud, in about a minute."""
    return compose(
        (
            words.text("restitution.script.title"),
            sentences(
                words.text("restitution.script.contributions", n=notice.contributions),
                words.text("restitution.script.tables", n=notice.tables),
            ),
            *_aloud("recurring", notice.recurring, notice.told_recurring, words),
            *_aloud("crosscutting", notice.crosscutting, notice.told_crosscutting, words),
            words.text("restitution.script.single", n=notice.single) if notice.single else None,
            words.text("restitution.script.voices", n=notice.voices) if notice.voices else None,
            words.text("restitution.script.end"),
        )
    )


def _aloud(kind: str, count: int, told: Sequence[ThemeTold], words: Translator) -> Iterable[Html]:
    if not told:
        if not count:
            yield words.text(f"restitution.script.{kind}.none")
        return
    yield words.text(f"restitution.script.{kind}", n=count, told=len(told))
    for theme in told:
        yield words.text(
            f"restitution.script.{kind}.theme",
            title=_title(theme, SPOKEN_LENGTH, words),
            n=theme.tables if kind == "recurring" else theme.axes,
        )


def _title(theme: ThemeTold, most: int, words: Translator) -> str:
    if not theme.title:
        return words.plain("restitution.untitled", number=theme.number)
    return shorten(theme.title, most)


def restitution_card(notice: RestitutionCard, event: Event, words: Translator) -> tuple[Message, ...]:
    """What a table finds of itself: to report it, or to see what is missing."""
    return compose(_card(notice, event, words, VOICES_ON_A_CARD))


def restitution_cards(notice: RestitutionCards, event: Event, words: Translator) -> tuple[Message, ...]:
    """The cards of all tables, shorter: each gets its own whole."""
    return compose(
        (
            words.text("restitution.cards", n=len(notice.cards)),
            *(
                lines(piece for piece in _card(card, event, words, VOICES_AMONG_OTHERS, whole=False) if piece)
                for card in notice.cards
            ),
        )
    )


def _card(
    notice: RestitutionCard, event: Event, words: Translator, most: int, *, whole: bool = True
) -> tuple[Html | None, ...]:
    shown = notice.voices[:most]
    rest = len(notice.voices) - len(shown)
    return (
        words.text("restitution.card", table=table_coded(event, notice.table)),
        sentences(
            words.text("restitution.card.contributions", n=notice.contributions),
            None if notice.until is None else words.text("restitution.until", time=words.clock(notice.until)),
        ),
        None
        if notice.synthesis is None
        else words.text(
            "restitution.card.synthesis",
            text=notice.synthesis if whole else shorten(notice.synthesis, SYNTHESIS_LENGTH),
        ),
        _themes("shared", notice.shared, words),
        _themes("own", notice.own, words),
        lines(
            (
                words.text("restitution.card.voices", n=len(notice.voices)),
                *(_voice(each, words) for each in shown),
                *([words.text("restitution.card.more", n=rest)] if rest else ()),
            )
        )
        if notice.voices
        else None,
        words.text("restitution.card.nothing")
        if not (notice.shared or notice.own or notice.voices)
        else None,
    )


def _themes(which: str, found: Sequence[ThemeTold], words: Translator) -> Html | None:
    if not found:
        return None
    return lines(
        (
            words.text(f"restitution.card.{which}", n=len(found)),
            *(
                words.text(
                    f"restitution.card.{which}.theme",
                    title=_title(theme, NAME_LENGTH, words),
                    n=theme.tables,
                    kinds=_kinds(theme, words),
                )
                for theme in found
            ),
        )
    )


def _kinds(theme: ThemeTold, words: Translator) -> str:
    kinds = [kind for kind in ("recurring", "crosscutting") if getattr(theme, kind)] or ["single"]
    return words.join(words.plain(f"restitution.kind.{kind}") for kind in kinds)


def _voice(told: VoiceListed, words: Translator) -> Html:
    if not told.words:
        return words.text("restitution.card.voice.unread")
    return words.text("restitution.card.voice", words=", ".join(told.words))


def theme_told(notice: ThemeTold, _event: Event, words: Translator) -> tuple[Message, ...]:
    """A theme alone."""
    return compose(
        (
            words.text(
                "restitution.card.shared.theme",
                title=_title(notice, NAME_LENGTH, words),
                n=notice.tables,
                kinds=_kinds(notice, words),
            ),
        )
    )


def restitution_published(
    notice: RestitutionPublished, _event: Event, words: Translator
) -> tuple[Message, ...]:
    """Where it goes; or when it went."""
    if notice.already:
        return compose((words.text("restitution.published.already", time=words.clock(notice.at)),))
    key = "restitution.published" if notice.channel else "restitution.published.cards"
    return compose((words.text(key, n=notice.pages, cards=notice.cards),))


def restitution_frozen(notice: RestitutionFrozen, event: Event, words: Translator) -> tuple[Message, ...]:
    """It is frozen: what comes now is not in it; how to see it."""
    return compose(
        (
            words.text("restitution.frozen", time=words.clock(notice.until)),
            _talking(notice.talking, event, words),
            words.text("restitution.frozen.how"),
        ),
        ((Button(words.plain("restitution.button.look"), ShowRestitution()),),),
    )


def restitution_refused(notice: RestitutionRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nothing was done, and what to do."""
    return compose(
        (
            words.text(
                f"restitution.refused.{notice.reason if notice.reason in REFUSALS else REFUSALS[0]}",
                misread=shorten(notice.misread, MISREAD_LENGTH),
                freeze=restitution_word(words, "freeze"),
                publish=restitution_word(words, "publish"),
            ),
        )
    )


RENDERERS: Final = (
    renders(RestitutionComing, restitution_coming),
    renders(RestitutionReady, restitution_ready),
    renders(ThemeListed, theme_listed),
    renders(VoiceListed, voice_listed),
    renders(RestitutionList, restitution_list),
    renders(RestitutionScript, restitution_script),
    renders(RestitutionCard, restitution_card),
    renders(RestitutionCards, restitution_cards),
    renders(ThemeTold, theme_told),
    renders(RestitutionPublished, restitution_published),
    renders(RestitutionFrozen, restitution_frozen),
    renders(RestitutionRefused, restitution_refused),
)
