"""When something of ours breaks: an apology to the person, with a code that stands in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs
from telegram.error import Forbidden

from participation import dots, notices
from rehearsal.telegram import Fault

if TYPE_CHECKING:
    from tests.support.hall import Hall


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ballot cannot be brought."""

    async def breaks(*_: Any) -> Any:
        message = "the drawer is stuck"
        raise RuntimeError(message)

    monkeypatch.setattr(dots, "bring", breaks)
    monkeypatch.setattr(dots, "put", breaks)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("language", ["it", "en"])
async def test_the_apology_is_in_the_persons_language_with_the_logs_code(hall: Hall, language: str) -> None:
    who = hall.somebody(language=language)
    await who.opens("T6")
    await who.taps(who.screen().buttons[0].text)
    with capture_logs() as logs:
        (apology,) = await who.says("/bollini")
    (broke,) = [entry for entry in logs if entry["event"] == "update_broke"]
    words = hall.bot.translators.of(language)
    assert broke["code"] in apology
    assert words.plain("something_broke", code=broke["code"])[:20] == apology[:20]
    assert isinstance(broke["exc_info"], RuntimeError)


@pytest.mark.usefixtures("broken")
async def test_a_press_that_broke_is_apologised_for_too(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    await hall.at("10:10")
    await anna.reads()
    with capture_logs() as logs:
        (apology,) = await anna.taps("1.3")
    assert "errore nostro" in apology
    assert "callback_query" in [entry.get("update") for entry in logs]
    assert "" == anna.toast


@pytest.mark.usefixtures("broken")
async def test_each_apology_has_a_code_of_its_own(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    first = await anna.says("/bollini")
    second = await anna.says("/bollini")
    assert first != second


@pytest.mark.usefixtures("broken")
async def test_an_apology_that_cannot_be_sent_comes_later(hall: Hall) -> None:
    anna = await hall.somebody().registers("T6")
    hall.breaks("sendMessage", Fault(status=500), 2)
    (apology,) = await anna.says("/bollini")
    assert "errore nostro" in apology


@pytest.mark.usefixtures("broken")
async def test_an_apology_that_cannot_be_sent_to_a_stranger_is_only_logged(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: Any) -> Any:
        message = "not even that"
        raise RuntimeError(message)

    monkeypatch.setattr(notices, "Welcome", breaks)
    eve = hall.somebody("Eve")
    hall.breaks("sendMessage", Fault(status=500))
    with capture_logs() as logs:
        assert [] == await eve.opens()
    assert ["update_broke", "apology_not_sent"] == [
        entry["event"] for entry in logs if entry["log_level"] != "info"
    ]
    assert 0 == await hall.count("people")


async def test_who_has_not_read_the_notice_is_answered_again_when_the_answer_was_cut_off(hall: Hall) -> None:
    eve = hall.somebody("Eve")
    hall.breaks("sendMessage", Fault("truncated"))
    with capture_logs() as logs:
        said = await eve.opens()
    assert "Ti diamo il benvenuto" in said[-1]
    assert "errore nostro" not in eve.everything
    assert [] == [entry["event"] for entry in logs if entry["log_level"] == "error"]


async def test_nobody_is_apologised_to_who_blocked_the_bot(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await hall.somebody().registers("T6")

    async def breaks(*_: Any) -> Any:
        raise Forbidden("bot was blocked by the user")

    monkeypatch.setattr(dots, "bring", breaks)
    assert [] == await anna.says("/bollini")


async def test_what_comes_from_no_chat_is_logged_alone(hall: Hall) -> None:
    calls = hall.telegram.calls_by_method["sendMessage"]
    with capture_logs() as logs:
        await hall.bot.application.process_error(None, RuntimeError("of nobody"))
    assert "none" == logs[0]["update"]
    assert calls == hall.telegram.calls_by_method["sendMessage"]
