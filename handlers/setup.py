"""All handlers, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import confirming, links, steering, unknown
from handlers.facilitator import gathering, notes, paper, priorities, questions, table, ties
from handlers.participant import code, contributions, dots, information, joining, runoff, suggestions, typed
from handlers.regia import agenda, charts, dead_letters, phases, restitution, roles, themes
from handlers.regia import suggestions as suggestions_read

if TYPE_CHECKING:
    from handlers.context import BolliniApplication


def setup(application: BolliniApplication) -> None:
    """Add every handler of the bot."""
    for module in (
        joining,
        information,
        dots,
        code,
        contributions,
        suggestions,
        table,
        priorities,
        ties,
        runoff,
        paper,
        questions,
        notes,
        gathering,
        phases,
        dead_letters,
        agenda,
        charts,
        themes,
        restitution,
        suggestions_read,
        steering,
        links,
        roles,
        confirming,
        typed,
        unknown,
    ):
        module.setup(application)
