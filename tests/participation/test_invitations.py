"""One-time links for many people at once: all of them or none, and not twice unknowingly."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from participation import invitations, joining, notices
from participation.invitations import AlreadyInvited, Invitation
from participation.notices import Role
from storage import roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from participation.event import Event
    from tests.participation.floor import Floor

HOUR = timedelta(hours=1)


def wanted(event: Event, *tables: str, regia: int = 0, first: int = 1) -> tuple[Invitation, ...]:
    numbers = count(first)
    return invitations.everybody(
        event, [event.table(code) for code in tables], lambda: f"secret-{next(numbers)}", regia=regia
    )


async def keep(floor: Floor, links: Sequence[Invitation], *, again: bool = False) -> None:
    await invitations.keep(floor.database, links, floor.now, floor.now + HOUR, again=again)


async def waiting(floor: Floor) -> dict[tuple[str, str], int]:
    """How many links wait, by role and table."""
    found = [
        (invite.grant.role, invite.grant.table) for invite in await roles.waiting(floor.database, floor.now)
    ]
    return dict(Counter(found))


async def use(floor: Floor, number: int, payload: str) -> notices.Notice:
    (told,) = await joining.acknowledge(
        floor.database, floor.event, number, "it", payload, floor.new_id(), floor.now
    )
    return told


def test_everybody_whom_the_file_names_gets_a_link_of_their_own(turin: Event) -> None:
    assert (
        Invitation(Role.FACILITATOR, "T9", "Rossana Misuraca", "i-secret-1"),
        Invitation(Role.FACILITATOR, "T9", "Michela Serpietri", "i-secret-2"),
        Invitation(Role.FACILITATOR, "T10", "Francesca Crotti", "i-secret-3"),
        Invitation(Role.REGIA, None, "", "i-secret-4"),
    ) == wanted(turin, "T9", "T10", regia=1)


async def test_links_that_were_kept_give_their_roles_and_only_hashes_stay(floor: Floor) -> None:
    links = wanted(floor.event, "T9", regia=1)
    await keep(floor, links)
    assert {("facilitator", "T9"): 2, ("regia", ""): 1} == await waiting(floor)
    for number, link in enumerate(links, start=1):
        expected = notices.RoleGranted(role=link.role, table=link.table)
        assert expected == await use(floor, number, link.payload)
    assert {} == await waiting(floor)
    rows = await floor.database.fetch("SELECT secret_hash FROM invites")
    assert not any("secret-" in row["secret_hash"] for row in rows)


async def test_while_links_wait_others_for_the_same_roles_are_made_only_when_asked_for(floor: Floor) -> None:
    await keep(floor, wanted(floor.event, "T9"))
    more = wanted(floor.event, "T9", "T10", first=10)
    with pytest.raises(AlreadyInvited) as refused:
        await keep(floor, more)
    assert ((Role.FACILITATOR, "T9", 2),) == refused.value.waiting
    # None of them was made, not even for the table where nothing is waiting.
    assert {("facilitator", "T9"): 2} == await waiting(floor)
    assert notices.InviteRefused(reason="unknown") == await use(floor, 1, more[-1].payload)
    await keep(floor, more, again=True)
    assert {("facilitator", "T10"): 1, ("facilitator", "T9"): 4} == await waiting(floor)


async def test_links_of_others_or_that_are_used_or_expired_are_in_nobodys_way(floor: Floor) -> None:
    first = wanted(floor.event, "T10")
    await keep(floor, first)
    await keep(floor, wanted(floor.event, "T9", first=10))
    await use(floor, 1, first[0].payload)
    await keep(floor, wanted(floor.event, "T10", first=20))
    floor.later(3600)
    await keep(floor, wanted(floor.event, "T9", "T10", first=30))
    assert 3 == sum((await waiting(floor)).values())


def test_a_link_is_good_until_the_event_ends_or_some_time_when_it_is_over(turin: Event) -> None:
    end = turin.moment(turin.end)
    weeks_before, after = end - timedelta(days=20), end + HOUR
    assert end == invitations.expiry(turin, weeks_before, weeks_before + HOUR)
    assert after + HOUR == invitations.expiry(turin, after, after + HOUR)
    assert end + HOUR == invitations.expiry(turin, end, end + HOUR)
