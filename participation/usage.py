"""How often each table used what it can use, from the traces that are kept: for who looks back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation.channels import provisional
from participation.event import Phase
from storage import agenda, gathering, paper, syntheses, tables, ties

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.agenda import Change
    from storage.database import Reader
    from storage.paper import Trace
    from storage.tables import Step

WORKING = (Phase.REGISTRATION, Phase.SESSION1, Phase.PRIORITIES, Phase.SESSION2)
"""Phases in which something is still to come for a table."""


async def by_table(reader: Reader) -> dict[str, dict[str, int]]:
    """For each table: `runoffs` closed, `draws` drawn (of ties that stand), sheets `corrected`, `withdrawn`.

    `settled`: how often handed in and entered differed, and then agreed. `reopened`: phases opened again.
    `shifted`: how often what the table had still to do was shifted with the whole agenda. `hidden`, `merged`,
    `marked`: contributions that ever were. `syntheses`: versions sent.
    """
    known = await ties.of_all(reader)
    changes = await agenda.changes(reader)
    gathered = await gathering.counted_acts(reader)
    sent = await syntheses.newest(reader)
    found: dict[str, dict[str, int]] = {}
    for row in await tables.all_tables(reader):
        mine = known.get(row.code, ())
        history = await tables.history(reader, row.code)
        traces = await paper.trace_of_table(reader, row.code)
        sheets = [each for each in traces if each.label is not None and each.label.isdecimal()]
        found[row.code] = {
            "runoffs": sum(tie.runoff is not None and tie.runoff.closed_at is not None for tie in mine),
            "draws": sum(tie.draw is not None and tie.draw.drawn_at is not None for tie in mine),
            "corrected": len({each.label for each in sheets if each.act == "corrected"}),
            "withdrawn": sum(each.act == "withdrawn" for each in sheets),
            "settled": _settled(traces),
            "reopened": sum(step.reopened for step in history),
            "shifted": _shifted(changes, history),
            **{act: gathered.get(row.code, {}).get(act, 0) for act in ("hidden", "merged", "marked")},
            "syntheses": sent[row.code].version if row.code in sent else 0,
        }
    return found


def _settled(traces: Iterable[Trace]) -> int:
    handed_in: int | None = None
    entered = settled = 0
    differs = False
    for each in traces:
        if each.act == "handed_in":
            handed_in = int(each.after or 0)
        elif each.label is not None and each.label.isdecimal():
            entered += {"entered": 1, "withdrawn": -1}.get(each.act, 0)
        else:
            continue
        differed, differs = differs, handed_in is not None and provisional(handed_in, entered)
        settled += differed and not differs
    return settled


def _shifted(changes: Sequence[Change], history: Sequence[Step]) -> int:
    def phase_at(change: Change) -> str:
        return next((step.to_phase for step in reversed(history) if step.at <= change.at), Phase.REGISTRATION)

    return sum(change.act == "shifted" and phase_at(change) in WORKING for change in changes)
