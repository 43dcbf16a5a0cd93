"""`bollini check FILE`: every mistake of an event file at once, or a summary of what it says."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from locales.translator import load_translators
from participation.event import Event, EventFileError, Phase, load
from participation.event_check import notes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from locales.translator import Translator
    from participation.event import Problem


# Details of a problem that are words of ours, and the catalog keys they stand under.
_TYPES = ("expected", "given")
# Details that repeat what the file says, which may be pages.
_QUOTED = ("given", "content")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line of `check` takes."""
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the event file (default: Turin's, packaged)"
    )
    parser.add_argument("--language", default="it", help="language of the answer: it (default) or en")


def run(arguments: argparse.Namespace) -> int:
    """Print the answer; 0 when the file is correct, 1 when it is not."""
    path: Path | None = arguments.file
    try:
        event = load(path)
    except EventFileError as error:
        words = load_translators(UTC).of(arguments.language)
        print("\n".join(mistakes(error, words)))
        return 1
    words = load_translators(event.zone_info).of(arguments.language)
    print("\n".join(summary(event, str(path or event.code), words)))
    return 0


def mistakes(error: EventFileError, words: Translator) -> Iterator[str]:
    """The lines that say what is wrong with a file."""
    yield words.plain("check.heading_mistakes", path=error.path, n=len(error.problems))
    yield from _listed(error.problems, words)


def summary(event: Event, path: str, words: Translator) -> Iterator[str]:
    """The lines that say what is in a correct file, and what to look at again."""
    yield words.plain("check.right", path=path)
    yield ""
    yield event.title
    yield event.subtitle
    starts = event.phase_starts()
    day = words.day(starts[Phase.REGISTRATION])
    yield words.plain("check.summary.day", day=day, timezone=event.timezone)
    yield ""
    yield words.plain("check.summary.phases")
    yield from (f"  {words.clock(at)}  {words.plain(f'check.phase.{phase}')}" for phase, at in starts.items())
    yield ""
    yield from _choices(event, words)
    yield ""
    axes = words.plain("check.summary.axes", n=len(event.axes))
    yield words.plain("check.summary.strategies", n=len(event.strategies), axes=axes)
    for axis in event.axes:
        codes = words.join(strategy.code for strategy in axis.strategies)
        yield "  " + words.plain("check.summary.axis", code=axis.code, title=axis.title, strategies=codes)
    yield ""
    zones = words.plain("check.summary.zones", n=len(event.zones))
    yield f"{words.plain('check.summary.tables', n=len(event.tables))} {zones}"
    for table in event.tables:
        served = words.plain("check.summary.table_zones", zones=words.join(table.zones), n=len(table.zones))
        yield "  " + words.plain(
            "check.summary.table",
            code=table.code.ljust(max(len(other.code) for other in event.tables)),
            name=table.name,
            zones=served,
            venue=", ".join(filter(None, (event.venue(table.venue).name, table.room))),
            facilitators=words.join(table.facilitators),
        )
    found = notes(event)
    if found:
        yield ""
        yield words.plain("check.notes", n=len(found))
        yield from _listed(found, words)


def _choices(event: Event, words: Translator) -> Iterator[str]:
    stacking = words.plain(f"check.summary.{event.session1.stacking}")
    yield words.plain("check.summary.dots", n=event.session1.dots, stacking=stacking)
    choice = words.plain(f"check.summary.choice_{event.session1.priority_choice}")
    yield words.plain("check.summary.priorities", n=event.session1.priorities, choice=choice)
    yield words.plain("check.summary.floor", n=event.session1.priority_floor)
    if event.session1.guaranteed_places:
        yield words.plain("check.summary.guaranteed", n=event.session1.guaranteed_places)
    yield words.plain("check.summary.runoff", n=event.session1.runoff_minutes)
    yield words.plain("check.summary.questions", n=len(event.session2.questions))
    last = event.suggestions_close - timedelta(minutes=1)
    time = words.clock(event.digests()[0])
    yield words.plain("check.summary.suggestions", day=words.day(last), time=time)


def _listed(problems: Iterable[Problem], words: Translator) -> Iterator[str]:
    for problem in problems:
        yield f"  {problem.key_path or words.plain('check.in_the_file')}"
        yield f"      {sentence(problem, words)}"


def sentence(problem: Problem, words: Translator) -> str:
    """One problem in words."""
    values: dict[str, object] = {}
    for name, value in problem.details.items():
        if problem.kind == "wrong_type" and name in _TYPES:
            values[name] = words.plain(f"check.type.{value}")
        elif isinstance(value, tuple):
            # Choices are alternatives: "a, b", not "a e b".
            values[name] = ", ".join(value) if name == "choices" else words.join(map(str, value))
        elif name in _QUOTED:
            values[name] = shorten(str(value), 80, placeholder=" ...")
        else:
            values[name] = value
    return words.plain(f"check.problem.{problem.kind}", **values)
