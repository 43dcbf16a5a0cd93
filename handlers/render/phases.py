"""Phases of a table as those who move them are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.render.common import (
    MISREAD_LENGTH,
    planned,
    renders,
    sentences,
    table_coded,
)
from handlers.render.message import Message, compose, shorten
from handlers.render.typing_words import phase_word
from participation.event import Phase
from participation.notices import PhaseAlready, PhaseCommandUnclear, PhaseMoved, PhaseRefused, TablesMoved

if TYPE_CHECKING:
    from locales.translator import Html, Translator
    from participation.event import Event


def phase_name(phase: Phase, words: Translator) -> str:
    """A phase by name, without an article: "Sessione 1"."""
    return words.plain(f"phase.{phase.value}")


def phase_moved(notice: PhaseMoved, event: Event, words: Translator) -> tuple[Message, ...]:
    """Where the table is now, who moved it, and the next step of whoever facilitates."""
    return compose(
        (
            sentences(
                words.text(
                    "moved.now",
                    table=table_coded(event, notice.table),
                    phase=phase_name(notice.phase, words),
                ),
                words.text(f"moved.by.{notice.mover.value}", time=words.clock(notice.at)),
            ),
            _next_step(notice.phase, event, words),
        )
    )


def _next_step(phase: Phase, event: Event, words: Translator) -> Html:
    match phase:
        case Phase.REGISTRATION:
            return words.text("moved.next.registration", time=planned(event, Phase.SESSION1, words))
        case Phase.SESSION1:
            return words.text("moved.next.session1", time=planned(event, Phase.PRIORITIES, words))
        case Phase.PRIORITIES:
            return words.text("moved.next.priorities", time=planned(event, Phase.SESSION2, words))
        case Phase.SESSION2:
            return words.text("moved.next.session2")
        case _:
            return words.text(f"moved.next.{phase.value}")


def phase_already(notice: PhaseAlready, event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing to do: since when, and who did it; and where the table is if it went on since."""
    table, phase = table_coded(event, notice.table), phase_name(notice.phase, words)
    if notice.now_in is None or notice.now_in is notice.phase:
        said = sentences(
            words.text("moved.already", table=table, phase=phase),
            words.text(f"moved.by.{notice.mover.value}", time=words.clock(notice.at)),
        )
    else:
        said = words.text(
            "moved.already.past",
            table=table,
            phase=phase,
            mover=words.plain(f"mover.{notice.mover.value}"),
            time=words.clock(notice.at),
            now_in=phase_name(notice.now_in, words),
        )
    return compose((sentences(said, words.text("moved.nothing_done")),))


def phase_refused(notice: PhaseRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Where the table is, and that the step does not start there."""
    return compose(
        (
            words.text(
                "moved.refused",
                table=table_coded(event, notice.table),
                phase=phase_name(notice.phase, words),
                wished=phase_name(notice.wished, words),
            ),
            words.text("moved.refused.look"),
        )
    )


def phase_command_unclear(
    notice: PhaseCommandUnclear, event: Event, words: Translator
) -> tuple[Message, ...]:
    """What was not understood, and how to write it."""
    misread = shorten(notice.misread, MISREAD_LENGTH)
    return compose(
        (
            sentences(
                words.text("phase_command.misread", misread=misread),
                None
                if notice.nearest is None
                else words.text("phase_command.nearest", nearest=shorten(notice.nearest, MISREAD_LENGTH)),
            )
            if misread
            else None,
            words.text(
                "phase_command.how",
                code=event.tables[0].code,
                one=phase_word(words, Phase.SESSION1),
                other=phase_word(words, Phase.SESSION2),
            ),
            words.text(
                "phase_command.phases", phases=words.join(phase_word(words, phase) for phase in Phase)
            ),
        )
    )


def tables_moved(notice: TablesMoved, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which tables moved, which were there already, which cannot go there."""
    phase = phase_name(notice.phase, words)
    groups = (
        ("tables_moved.moved", notice.moved),
        ("tables_moved.already", notice.already),
        ("tables_moved.refused", notice.refused),
    )
    said = [
        words.text(
            key,
            n=len(codes),
            phase=phase,
            tables=words.join(table_coded(event, code) for code in codes),
        )
        for key, codes in groups
        if codes
    ]
    if notice.refused and notice.phase in {Phase.SESSION1, Phase.PRIORITIES, Phase.SESSION2}:
        said.append(
            words.text("tables_moved.reopen", code=notice.refused[0], phase=phase_word(words, notice.phase))
        )
    return compose(said or (words.text("tables_moved.none"),))


RENDERERS: Final = (
    renders(PhaseMoved, phase_moved),
    renders(PhaseAlready, phase_already),
    renders(PhaseRefused, phase_refused),
    renders(PhaseCommandUnclear, phase_command_unclear),
    renders(TablesMoved, tables_moved),
)
