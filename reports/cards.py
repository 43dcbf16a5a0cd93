"""A card with a one-time link for each facilitator, and for others who have a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from participation.notices import Role
from reports import naming, qr
from reports.posters import address

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from locales.translator import Translator
    from participation.event import Event
    from participation.invitations import Invitation
    from reports.typesetting import Typesetter

COMMANDS = {
    Role.FACILITATOR: ("tavolo", "presenti", "carta", "priorita", "nota"),
    Role.ASSISTANT: ("presenti", "carta", "schede", "nota", "aiuto"),
    Role.VENUE_LEAD: ("tavolo", "presenti", "carta", "priorita", "nota"),
    Role.REGIA: ("stato", "fase", "avviso", "grafici", "aiuto"),
}
"""What each role needs on the day, in the order in which it is needed."""


def draw(
    event: Event,
    invitations: Sequence[Invitation],
    bot: str,
    until: datetime,
    known: Collection[str],
    words: Translator,
    typesetter: Typesetter,
) -> bytes:
    """Two cards a page. `known` are the commands that the bot has: a card names no other."""
    return typesetter.pdf(
        "card",
        {
            **naming.shared(event, words),
            "title": words.plain("print.card.title"),
            "personal": words.plain("print.card.personal"),
            "expires": words.plain("print.card.expires", day=words.day(until), time=words.clock(until)),
            "on_the_day": words.plain("print.card.on_the_day"),
            "by_hand": words.plain("print.card.by_hand", bot=bot),
            "lost": words.plain("print.card.lost"),
            "cards": [_card(event, each, bot, known, words) for each in invitations],
        },
    )


def _card(
    event: Event, invitation: Invitation, bot: str, known: Collection[str], words: Translator
) -> dict[str, object]:
    link = address(bot, invitation.payload)
    role = invitation.role
    table = event.table(invitation.table) if invitation.table else None
    venue = event.venue(invitation.venue) if invitation.venue else None
    over = {
        "venue": venue.name if venue else "",
        "tables": words.join(each.code for each in event.tables if venue and each.venue == venue.code),
    }
    named_role = words.plain(f"print.card.role.{role}", **over)
    return {
        "role": named_role if invitation.name else "",
        "name": invitation.name or named_role,
        "code": table.code if table else "",
        "table": table.name if table else "",
        "place": naming.place(event, table, words) if table else "",
        "how": words.plain(f"print.card.how.{role}", button=words.plain("welcome.button"), **over),
        "qr": qr.svg(link),
        "qr_says": words.plain("print.qr.personal"),
        "typed": f"/start {invitation.payload}",
        "commands": [
            (words.plain(f"print.card.typed.{name}"), words.plain(f"print.card.command.{name}"))
            for name in COMMANDS[role]
            if name in known
        ],
    }
