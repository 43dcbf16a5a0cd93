"""A whole event in which everything goes wrong, as `make faults` plays it, in its short version.

Five kills at random moments, every fault twice, the disk full once, the bot's clock an hour forth and back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rehearsal.telegram import ALL_KINDS, Kind
from tests.events.playing import bollini

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 300.0
"""Real seconds that it may take on a busy machine before it counts as stuck."""


async def test_no_promise_breaks_when_everything_goes_wrong(tmp_path: Path) -> None:
    status, said = await bollini(
        *("faults", "--people=24", "--seed=5", "--once", "--kills=5", f"--out={tmp_path}"), seconds=SECONDS
    )
    assert 0 == status, said[-3000:]
    result = json.loads(said.splitlines()[-1])
    assert 0 == sum(result["broken"].values())
    assert (5, 2, 1) == (result["kills"], result["jumps"], result["disk_full"])
    assert {str(kind) for kind in (*ALL_KINDS, Kind.EXPIRED)} == set(result["faults"])
    assert 1 == result["faults"][str(Kind.EXPIRED)]
    assert result["acts"] > 500
    assert result["doubles"] <= result["in_flight"] + result["perhaps_in_flight"]
    # The bot noticed that its disk was full, and that it no longer was.
    log = (tmp_path / "01" / "bot.log").read_text(encoding="utf-8")
    assert "store_unavailable" in log
