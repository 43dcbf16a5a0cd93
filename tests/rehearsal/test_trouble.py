"""What goes wrong in a rehearsal, without the rehearsal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from rehearsal.programme import read
from rehearsal.telegram import Kind
from rehearsal.trouble import Trouble, Wanted
from tests.rehearsal.local_telegram import local

if TYPE_CHECKING:
    from rehearsal.clock import Clock
    from rehearsal.wire import Wire

TURIN = read(Path(__file__).parents[2] / "participation" / "events" / "psm-torino-2024-2026.toml")


@pytest.mark.parametrize("each_once", [True, False])
async def test_what_was_written_the_day_before_is_kept_no_more_and_what_the_crowd_does_is(
    *, each_once: bool
) -> None:
    async with local() as tg:
        wanted = Wanted(seed=1, people=24, kills=0, each_once=each_once)
        trouble = Trouble(wanted, TURIN, tg.server, cast("Clock", tg.clock), cast("Wire", None))
        tg.ada.start()
        assert ["C'è qualcuno?", "/start"] == [u["message"]["text"] for u in tg.server.pending_updates()]
        given: list[dict[str, Any]] = []
        while not given:
            # Some calls fail: that is what it is for.
            given = (await tg.call("getUpdates")).get("result", [])
        assert {"/start"} == {update["message"]["text"] for update in given}
        assert 1 == trouble.plan.report()["given"][str(Kind.EXPIRED)]
