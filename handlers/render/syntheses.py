"""The synthesis of a table: asked for, read back, sent, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.render.common import by_whom, lines, personal_kinds, renders, table_coded
from handlers.render.message import Message, compose
from handlers.render.time import yes_or_no
from participation.gathering_notices import (
    SynthesisAsked,
    SynthesisKept,
    SynthesisList,
    SynthesisSent,
    SynthesisUnclear,
    SynthesisWanted,
)

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event


def synthesis_wanted(notice: SynthesisWanted, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is typed next is it."""
    return compose(
        (
            words.text("synthesis.wanted", table=table_coded(event, notice.table)),
            words.text("synthesis.replaces", version=notice.version) if notice.version else None,
            words.text("synthesis.wanted.how"),
        )
    )


def synthesis_asked(notice: SynthesisAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """The text as it will go, and what in it may be personal."""
    return compose(
        (
            words.text("synthesis.ask", table=table_coded(event, notice.table)),
            words.text("synthesis.text", text=notice.text),
            words.text("synthesis.personal", kinds=personal_kinds(notice.personal, words))
            if notice.personal
            else None,
            words.text("synthesis.replaces", version=notice.version - 1) if notice.version > 1 else None,
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("synthesis.button"), notice.token, words),
    )


def synthesis_unclear(notice: SynthesisUnclear, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Too long, or empty."""
    key = "synthesis.long" if notice.length else "synthesis.empty"
    return compose((words.text(key, length=notice.length, most=notice.most),))


def synthesis_kept(notice: SynthesisKept, event: Event, words: Translator) -> tuple[Message, ...]:
    """The regia has it; another may follow."""
    return compose(
        (
            words.text("synthesis.kept", table=table_coded(event, notice.table), version=notice.version),
            words.text("synthesis.kept.again"),
        )
    )


def _sent(notice: SynthesisSent, event: Event, words: Translator) -> Html:
    return lines(
        (
            words.text(
                "synthesis.sent" if notice.version == 1 else "synthesis.sent.again",
                table=table_coded(event, notice.table),
                version=notice.version,
                time=words.clock(notice.at),
                who=by_whom(notice.role, words),
            ),
            words.text("synthesis.text", text=notice.text),
        )
    )


def synthesis_sent(notice: SynthesisSent, event: Event, words: Translator) -> tuple[Message, ...]:
    """Whose it is, since when, and what it says."""
    return compose((_sent(notice, event, words),))


def synthesis_list(notice: SynthesisList, event: Event, words: Translator) -> tuple[Message, ...]:
    """Each with its text, and which tables sent none."""
    if notice.table:
        if not notice.items:
            return compose((words.text("synthesis.none.table", table=table_coded(event, notice.table)),))
        return compose(_sent(each, event, words) for each in notice.items)
    return compose(
        (
            words.text("synthesis.all", n=len(notice.items)),
            *(_sent(each, event, words) for each in notice.items),
            words.text(
                "synthesis.missing",
                n=len(notice.missing),
                tables=words.join(table_coded(event, code) for code in notice.missing),
            )
            if notice.missing
            else None,
        )
    )


RENDERERS: Final = (
    renders(SynthesisWanted, synthesis_wanted),
    renders(SynthesisAsked, synthesis_asked),
    renders(SynthesisUnclear, synthesis_unclear),
    renders(SynthesisKept, synthesis_kept),
    renders(SynthesisSent, synthesis_sent),
    renders(SynthesisList, synthesis_list),
)
