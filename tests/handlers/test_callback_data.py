"""What buttons say survives the way to Telegram and back, and nothing else is understood."""

from __future__ import annotations

import contextlib
import re
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.callback_data import (
    LIMIT,
    Acknowledge,
    Answer,
    AskQuestion,
    AskRevocation,
    AssignAxis,
    ChooseForTheme,
    ChooseGathered,
    ChooseInRunoff,
    ChooseSuggestedOn,
    ChooseTied,
    CloseRunoff,
    ConfirmPaper,
    ConfirmPriorities,
    CorrectPaper,
    DrawChart,
    DrawNow,
    Finish,
    FinishSheet,
    HideGathered,
    KeepPriority,
    LeaveEmpty,
    ListQuestions,
    ListStrategies,
    MarkGathered,
    MarkPlenary,
    MergeGathered,
    MergeThemes,
    MoveNote,
    MoveOwn,
    MovePerson,
    MovePhase,
    NameAction,
    NewLink,
    NotOurs,
    Nudge,
    OpenRunoff,
    OpenSheet,
    PassGathered,
    PickLanguage,
    PickSheetZone,
    PickTable,
    PickZone,
    PlaceSaid,
    Press,
    Prolong,
    PromiseDraw,
    PublishRestitution,
    PutOn,
    ReopenTie,
    Resend,
    SayHandedIn,
    SeparateGathered,
    SetDots,
    SetSheetDots,
    ShowAxes,
    ShowBoard,
    ShowGathered,
    ShowGathering,
    ShowNote,
    ShowPage,
    ShowPeople,
    ShowRestitution,
    ShowRoles,
    ShowSheet,
    ShowSheetPage,
    ShowState,
    ShowSuggestions,
    ShowTheme,
    ShowThemes,
    SkipReason,
    StopSuggesting,
    SuggestOn,
    UndoCuration,
    UnhideGathered,
    Withdraw,
    WithdrawNote,
    WithdrawSheet,
    WithdrawSuggestion,
    decode,
    encode,
)
from participation.event import Phase
from participation.notices import Role

tables = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,11}", fullmatch=True)
strategies = st.from_regex(r"[1-9][0-9]?\.[1-9][0-9]?", fullmatch=True)
numbers = st.from_regex(r"[1-9][0-9]?", fullmatch=True)
large = st.from_regex(r"0|[1-9][0-9]{0,8}", fullmatch=True)
labels = st.from_regex(r"[1-9][0-9]{0,3}|[A-Z][2-9][A-Z][2-9][A-Z]", fullmatch=True)
tokens = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
numbers_said = st.integers(1, 10**9 - 1).map(str)
note_ids = st.from_regex(r"[0-9a-f]{24}", fullmatch=True)
payloads = st.from_regex(r"[A-Za-z0-9_-]{0,32}", fullmatch=True)

places = st.from_regex(r"t\.[A-Za-z][A-Za-z0-9_]{0,11}|v\.[1-9][0-9]?|r", fullmatch=True)

own = st.from_regex(r"[A-Za-z0-9_-]{8,32}", fullmatch=True)
presses: st.SearchStrategy[Press] = st.one_of(
    st.builds(Acknowledge, payloads),
    st.builds(ShowThemes, st.sampled_from(["all", "look", "axis"]), numbers | st.just(""), numbers),
    st.builds(ShowTheme, large, numbers),
    st.just(ShowAxes()),
    st.builds(AssignAxis, numbers, st.sampled_from(["", "A", "AB"])),
    st.builds(ChooseForTheme, st.sampled_from(["merge", "said", "target", "name"]), large, numbers),
    st.builds(MergeThemes, large, large),
    st.builds(PlaceSaid, large, large | st.just("new")),
    st.builds(MarkPlenary, large, st.booleans()),
    st.builds(UndoCuration, large),
    st.builds(ShowRestitution),
    st.builds(PublishRestitution, large),
    st.builds(ChooseSuggestedOn, numbers | st.just("")),
    st.builds(SuggestOn, strategies),
    st.just(StopSuggesting()),
    st.builds(WithdrawSuggestion, large),
    st.builds(ShowSuggestions, strategies | st.just(""), numbers),
    st.builds(ShowRoles, places),
    st.builds(NewLink, st.sampled_from([role.value for role in Role]), places),
    st.builds(AskRevocation, st.from_regex(r"[RL][1-9][0-9]{0,8}", fullmatch=True)),
    st.builds(ShowPeople, tables, labels | st.just("")),
    st.builds(MovePerson, labels, tables | st.just(""), numbers | st.just("")),
    st.builds(MoveOwn, own, strategies | st.just(""), numbers | st.just("")),
    st.builds(NameAction, own, st.sampled_from(["", "none", "3.2.1", "99.99.99"])),
    st.builds(PickZone, numbers),
    st.builds(PickTable, tables, numbers),
    st.builds(PickLanguage, st.sampled_from(["it", "en"])),
    st.builds(SetDots, strategies, st.integers(0, 6)),
    st.builds(ShowPage, numbers | st.just("review")),
    st.just(Finish()),
    st.builds(AskQuestion, strategies, numbers),
    st.builds(ListQuestions, strategies),
    st.just(ListStrategies()),
    st.builds(Withdraw, own),
    st.builds(MovePhase, tables, st.sampled_from(Phase)),
    st.builds(KeepPriority, tables, strategies, st.booleans()),
    st.builds(ChooseTied, tables, strategies, st.booleans()),
    st.builds(ConfirmPriorities, tables),
    st.builds(PutOn, tables, strategies),
    st.just(Resend()),
    *(
        st.builds(kind, tables, st.integers(1, 9))
        for kind in (LeaveEmpty, ReopenTie, OpenRunoff, CloseRunoff, PromiseDraw, DrawNow)
    ),
    st.builds(ChooseInRunoff, st.from_regex(r"[a-f0-9]{24}", fullmatch=True), strategies),
    st.just(SkipReason()),
    st.builds(OpenSheet, tables, labels),
    st.builds(SetSheetDots, labels, strategies, st.integers(0, 6)),
    st.builds(ShowSheetPage, labels, numbers),
    st.builds(PickSheetZone, labels, numbers),
    st.builds(FinishSheet, labels),
    st.builds(ConfirmPaper, tokens),
    st.builds(CorrectPaper, tokens),
    st.builds(ShowSheet, tables, labels),
    st.builds(WithdrawSheet, tables, labels),
    st.builds(SayHandedIn, tables, st.integers(0, 99)),
    st.builds(Prolong, tables, st.sampled_from(Phase), st.from_regex(r"[0-9]{8}", fullmatch=True)),
    st.builds(Nudge, tables),
    st.builds(ShowBoard, tables),
    st.builds(Answer, st.from_regex(r"[0-9a-f]{24}", fullmatch=True), st.booleans()),
    st.builds(ShowState, tables | st.just("")),
    st.builds(DrawChart, st.sampled_from(["turnout", "keywords2"]), st.sampled_from(["", "here", "channel"])),
    st.builds(ShowNote, note_ids),
    st.builds(WithdrawNote, note_ids, st.booleans()),
    st.builds(MoveNote, note_ids, tables),
    st.builds(ShowGathering, tables, st.sampled_from(["all", "look", "plenary", "hidden"]), numbers_said),
    st.builds(ShowGathered, numbers_said),
    st.builds(HideGathered, numbers_said, st.sampled_from(["", "personal", "off_topic"])),
    st.builds(UnhideGathered, numbers_said),
    st.builds(ChooseGathered, numbers_said, numbers_said),
    st.builds(MergeGathered, numbers_said, numbers_said),
    st.builds(SeparateGathered, numbers_said),
    st.builds(MarkGathered, numbers_said, st.booleans()),
    st.builds(PassGathered, numbers_said),
)


@given(presses)
def test_every_press_comes_back_as_it_went(press: Press) -> None:
    data = encode(press)
    assert len(data.encode()) <= LIMIT
    back = decode(data)
    assert press == back
    assert [type(getattr(press, field.name)) for field in fields(press)] == [
        type(getattr(back, field.name)) for field in fields(back)
    ]


@given(presses, presses)
def test_different_presses_have_different_data(one: Press, other: Press) -> None:
    assert (one == other) == (encode(one) == encode(other))


def test_no_kind_of_press_is_forgotten_here() -> None:
    drawn = {kind for kind in get_args(Press) if re.search(rf"\b{kind.__name__}\b", repr(presses))}
    assert set(get_args(Press)) == drawn


@given(st.text(max_size=70))
def test_text_that_is_no_press_is_refused(text: str) -> None:
    try:
        press = decode(text)
    except NotOurs:
        return
    assert text == encode(press)


@given(presses, st.data())
def test_a_press_that_was_tampered_with_is_refused_or_is_another_press(
    press: Press, data: st.DataObject
) -> None:
    original = encode(press)
    place = data.draw(st.integers(0, len(original)))
    forged = original[:place] + data.draw(st.text(max_size=3)) + original[place + 1 :]
    with contextlib.suppress(NotOurs):
        assert forged == encode(decode(forged))


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ":",
        "d",
        "d:1.3",
        "d:1.3:1:1",
        "d:1.3:-1",
        "d:1.3:+1",
        "d:1.3:01",
        "d:1.3:100",
        "d:1.3:1 ",
        "d:1.3:¹",
        "D:1.3:1",
        "d:1.3\n:1",
        "d:1.3'; DROP TABLE ballots;--:1",
        "f:",
        "z:<b>",
        "z:" + "1" * 33,
        "k:T5:2.3:2",
        "k:T5:2.3:True",
        "m:T5:plenary",
        "m:T5:SESSION1",
        "unknown:1",
        "p:réview",
    ],
)
def test_forged_data_is_refused(forged: str) -> None:
    with pytest.raises(NotOurs):
        decode(forged)


def test_a_press_too_long_for_telegram_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="68 bytes"):
        encode(Acknowledge("x" * 64))
    assert LIMIT == len(encode(Acknowledge("x" * 60)))


def test_a_dot_says_the_state_wished_for() -> None:
    assert "d:1.3:0" == encode(SetDots("1.3", 0))
    assert SetDots("1.3", 2) == decode("d:1.3:2")
