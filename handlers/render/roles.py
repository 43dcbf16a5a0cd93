"""Roles and links: asked back, made, listed, revoked; and who put a strategy on already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import AskRevocation, NewLink, ShowPeople, ShowRoles
from handlers.render.common import (
    MISREAD_LENGTH,
    by_whom,
    grid,
    lines,
    renders,
    sentences,
    table_coded,
    titled,
)
from handlers.render.message import Button, Message, compose, shorten
from handlers.render.time import yes_or_no
from handlers.render.typing_words import role_word
from participation.notices import (
    LinkAsked,
    LinkMade,
    LinkNotShown,
    LinkUnclear,
    LinkWaiting,
    PlaceRoles,
    RevokeAsked,
    Revoked,
    RevokeRefused,
    Role,
    RoleHeld,
    RoleRevoked,
    RolesShown,
    RoleStep,
    StrategyOnAlready,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.render.message import Keyboard
    from locales.translator import Html, Translator
    from participation.event import Event

MOST_PLACES: Final = 90
"""Buttons of places below one message: Telegram takes a hundred."""

ACTS: Final = ("link_made", "link_used", "link_revoked", "role_revoked")
REVOKE_REFUSALS: Final = ("none", "revoked", "used", "expired")


def who(role: Role, table: str | None, venue: str | None, event: Event, words: Translator) -> str:
    """Somebody with a role, inside a sentence: "chi facilita il tavolo T6 Pinerolo"."""
    return words.plain(
        f"role_of.{role.value}",
        table="" if table is None else table_coded(event, table),
        venue="" if venue is None else event.venue(venue).name,
    )


def place_of(table: str | None, venue: str | None, event: Event) -> str:
    """How buttons name a place."""
    if table is not None:
        return f"t.{table}"
    if venue is None:
        return "r"
    return f"v.{[each.code for each in event.venues].index(venue) + 1}"


def _until(notice: LinkAsked | LinkMade, words: Translator) -> dict[str, str]:
    return {"day": words.day(notice.until), "time": words.clock(notice.until)}


# --- links ---------------------------------------------------------------------------------------------


def link_asked(notice: LinkAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """For whom, how long it is good, and what it means to have it."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    return compose(
        (
            sentences(
                words.text("link.ask", who=person),
                words.text("link.good", **_until(notice, words)),
            ),
            words.text("link.waiting", n=notice.waiting) if notice.waiting else None,
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("link.button"), notice.token, words),
    )


def link_made(notice: LinkMade, event: Event, words: Translator) -> tuple[Message, ...]:
    """The link itself, this once."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    return compose(
        (
            words.text("link.made", number=_link(notice.number), who=person),
            words.text("paragraph", paragraph=f"https://t.me/{notice.bot}?start={notice.payload}")
            if notice.bot
            else None,
            sentences(
                words.text("link.good", **_until(notice, words)),
                words.text("link.careful"),
            ),
            words.text("link.typed", payload=notice.payload),
        )
    )


def link_not_shown(notice: LinkNotShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """It was made; what to do without it."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    return compose((words.text("link.not_shown", number=_link(notice.number), who=person),))


def link_unclear(notice: LinkUnclear, event: Event, words: Translator) -> tuple[Message, ...]:
    """How a link is asked for; with buttons of the places there are."""
    example = notice.tables[0] if notice.tables else event.tables[0].code
    misread = shorten(notice.misread, MISREAD_LENGTH)
    nearest = None if notice.nearest is None else shorten(notice.nearest, MISREAD_LENGTH)
    assistant = role_word(words, Role.ASSISTANT)
    if notice.regia:
        how = words.text(
            "link.how.regia",
            table=example,
            venue=event.venues[0].code,
            facilitator=role_word(words, Role.FACILITATOR),
            assistant=assistant,
            lead=role_word(words, Role.VENUE_LEAD),
            regia=role_word(words, Role.REGIA),
        )
        keyboard = _places(event, words)
    else:
        how = words.text("link.how.own", table=example, assistant=assistant)
        keyboard = grid(
            (
                (words.plain("link.button.assistant", table=code), NewLink(Role.ASSISTANT, f"t.{code}"))
                for code in notice.tables
            ),
            1,
        )
    return compose(
        (
            sentences(
                words.text("link.misread", misread=misread) if misread else None,
                words.text("link.nearest", nearest=nearest) if nearest else None,
            ),
            how,
        ),
        keyboard,
    )


def _places(event: Event, words: Translator) -> Keyboard:
    names = [(words.plain("roles.button.regia"), ShowRoles("r"))]
    names += [(table.code, ShowRoles(f"t.{table.code}")) for table in event.tables]
    names += [
        (words.plain("roles.button.venue", venue=venue.name), ShowRoles(f"v.{number}"))
        for number, venue in enumerate(event.venues, start=1)
    ]
    return grid(names[:MOST_PLACES], 3)


# --- the list ------------------------------------------------------------------------------------------


def roles_shown(notice: RolesShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """A paragraph for each place where there is anything, and for each table."""
    misread = None if notice.misread is None else shorten(notice.misread, MISREAD_LENGTH)
    return compose(
        (
            words.text("revoke.misread", misread=misread) if misread else None,
            words.text("roles.title"),
            *(
                _in_brief(place, event, words)
                for place in notice.places
                if place.venue is None or place.held or place.links
            ),
            words.text("roles.people"),
            words.text("roles.how", table=event.tables[0].code),
        ),
        _places(event, words),
    )


def _in_brief(place: PlaceRoles, event: Event, words: Translator) -> Html:
    said: list[Html] = []
    for held in place.held:
        key = "roles.brief.held" if held.reachable else "roles.brief.away"
        said.append(
            words.text(
                key,
                role=words.plain(f"role_name.{held.role.value}"),
                number=_role(held.number),
                person=_person(held.person),
            )
        )
    if place.links:
        said.append(
            words.text(
                "roles.brief.links",
                n=len(place.links),
                links=words.join(_link(link.number) for link in place.links),
            )
        )
    return lines((words.text("roles.place", place=_title(place, event, words)), *_or_none(said, words)))


def _or_none(said: list[Html], words: Translator) -> Iterable[Html]:
    return said or (words.text("roles.nobody"),)


def _title(place: PlaceRoles, event: Event, words: Translator) -> str:
    if place.table is not None:
        return table_coded(event, place.table)
    if place.venue is not None:
        return words.plain("roles.venue", venue=event.venue(place.venue).name)
    return words.plain("roles.regia")


def place_roles(notice: PlaceRoles, event: Event, words: Translator) -> tuple[Message, ...]:
    """One place in full, with a button for all that can be done about it."""
    said = [*(_held(held, words) for held in notice.held), *(_waiting(link, words) for link in notice.links)]
    return compose(
        (
            lines((words.text("roles.place", place=_title(notice, event, words)), *_or_none(said, words))),
            lines((words.text("roles.steps"), *(_step(step, words) for step in notice.steps)))
            if notice.steps
            else None,
            words.text("roles.people"),
            words.text("roles.place.how"),
        ),
        _buttons(notice, event, words),
    )


def _held(held: RoleHeld, words: Translator) -> Html:
    values = {
        "number": _role(held.number),
        "role": words.plain(f"role_name.{held.role.value}"),
        "person": _person(held.person),
        "time": words.clock(held.at),
    }
    return sentences(
        words.text("roles.held", **values)
        if held.link is None
        else words.text("roles.held.link", link=_link(held.link), **values),
        None if held.reachable else words.text("roles.away"),
    )


def _waiting(link: LinkWaiting, words: Translator) -> Html:
    return words.text(
        "roles.link",
        number=_link(link.number),
        role=words.plain(f"role_name.{link.role.value}"),
        mover=by_whom(link.by, words),
        time=words.clock(link.at),
        day=words.day(link.until),
        until=words.clock(link.until),
    )


def _step(step: RoleStep, words: Translator) -> Html:
    act = step.act if step.act in ACTS else ACTS[0]
    return words.text(
        f"roles.step.{act}",
        time=words.clock(step.at),
        role=words.plain(f"role_name.{step.role.value}"),
        mover=by_whom(step.by, words),
        person="P?" if step.person is None else _person(step.person),
        link="L?" if step.link is None else _link(step.link),
    )


def _buttons(place: PlaceRoles, event: Event, words: Translator) -> Keyboard:
    names = [*(_role(held.number) for held in place.held), *(_link(link.number) for link in place.links)]
    here = place_of(place.table, place.venue, event)
    at_table = (Role.FACILITATOR, Role.ASSISTANT)
    roles = at_table if place.table else (Role.VENUE_LEAD,) if place.venue else (Role.REGIA,)
    rows = list(
        grid(
            (
                (words.plain("revoke.button.of", number=name), AskRevocation(name))
                for name in names[:MOST_PLACES]
            ),
            3,
        )
    )
    rows += [
        (
            Button(
                words.plain("link.button.of", role=words.plain(f"role_name.{role.value}")),
                NewLink(role.value, here),
            ),
        )
        for role in roles
    ]
    if place.table is not None:
        rows.append((Button(words.plain("people.button"), ShowPeople(place.table, "")),))
    return tuple(rows)


# --- revoking ------------------------------------------------------------------------------------------


def revoke_asked(notice: RevokeAsked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which, whose, and what it means."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    if notice.person is None:
        said = words.text("revoke.ask.link", number=_link(notice.number), who=person)
    else:
        said = words.text(
            "revoke.ask.role", number=_role(notice.number), who=person, person=_person(notice.person)
        )
    return compose(
        (
            said,
            sentences(
                words.text("revoke.own") if notice.own else None,
                words.text("revoke.last") if notice.last else None,
            ),
            words.text("ask.how"),
        ),
        yes_or_no(words.plain("revoke.button"), notice.token, words),
    )


def revoked(notice: Revoked, event: Event, words: Translator) -> tuple[Message, ...]:
    """Done."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    if notice.person is None:
        return compose((words.text("revoked.link", number=_link(notice.number), who=person),))
    return compose(
        (words.text("revoked.role", number=_role(notice.number), who=person, person=_person(notice.person)),)
    )


def revoke_refused(notice: RevokeRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Why nothing was revoked; who did it before, if somebody did."""
    of_role = notice.what == "role"
    name = _role(notice.number) if of_role else _link(notice.number)
    reason = notice.reason if notice.reason in REVOKE_REFUSALS else "none"
    if reason == "none":
        return compose((words.text("revoke.none.role" if of_role else "revoke.none.link", number=name),))
    if reason != "revoked" or notice.by is None or notice.at is None:
        return compose((words.text("revoke.used" if reason == "used" else "revoke.expired", number=name),))
    return compose(
        (
            words.text(
                "revoke.already",
                number=name,
                time=words.clock(notice.at),
                mover=by_whom(notice.by, words),
            ),
        )
    )


def role_revoked(notice: RoleRevoked, event: Event, words: Translator) -> tuple[Message, ...]:
    """To who had it."""
    person = who(notice.role, notice.table, notice.venue, event, words)
    return compose((words.text("role_revoked", who=person), words.text("role_revoked.rest")))


# --- taken already -------------------------------------------------------------------------------------


def strategy_on_already(notice: StrategyOnAlready, event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing to do: since when, and who did it."""
    return compose(
        (
            words.text(
                "put_on.already",
                table=table_coded(event, notice.table),
                strategy=titled(event, notice.strategy, words),
                time=words.clock(notice.at),
                mover=by_whom(notice.role, words),
            ),
        )
    )


def _role(number: int) -> str:
    return f"R{number}"


def _link(number: int) -> str:
    return f"L{number}"


def _person(number: int) -> str:
    return f"P{number}"


RENDERERS: Final = (
    renders(LinkAsked, link_asked),
    renders(LinkMade, link_made),
    renders(LinkNotShown, link_not_shown),
    renders(LinkUnclear, link_unclear),
    renders(RolesShown, roles_shown),
    renders(PlaceRoles, place_roles),
    renders(RoleHeld, lambda notice, _event, words: compose((_held(notice, words),))),
    renders(LinkWaiting, lambda notice, _event, words: compose((_waiting(notice, words),))),
    renders(RoleStep, lambda notice, _event, words: compose((_step(notice, words),))),
    renders(RevokeAsked, revoke_asked),
    renders(Revoked, revoked),
    renders(RevokeRefused, revoke_refused),
    renders(RoleRevoked, role_revoked),
    renders(StrategyOnAlready, strategy_on_already),
)
