"""A table's contributions as who facilitates it and the regia see them: the list, one, what was done."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from handlers.callback_data import (
    ChooseGathered,
    HideGathered,
    MarkGathered,
    MergeGathered,
    PassGathered,
    SeparateGathered,
    ShowGathered,
    ShowGathering,
    UnhideGathered,
)
from handlers.render.common import (
    MISREAD_LENGTH,
    by_whom,
    column,
    grid,
    label,
    lines,
    personal_kinds,
    renders,
    sentences,
    table_coded,
    with_gaps,
)
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.typing_words import gathering_word
from participation.gathering import LONGEST_REASON, REASONS
from participation.gathering_notices import (
    GatheredItem,
    GatheredShown,
    GatheringAct,
    GatheringAsk,
    GatheringChoose,
    GatheringDone,
    GatheringOverview,
    GatheringRefused,
    GatheringScreen,
    GatheringTable,
    HiddenCorrected,
    Part,
    PersonalDataSeen,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from handlers.callback_data import Press
    from locales.translator import Html, Translator
    from participation.event import Event

LINE_LENGTHS: Final = (220, 90, 30)
"""UTF-16 units of a contribution's text in the list: as many as let all fit in one message."""

FULL_LENGTH: Final = 2400
"""The same on its own."""

OTHER_LENGTH: Final = 200
OTHERS: Final = 6
"""The same of those merged into it, and how many of them."""

BUTTON_LENGTH: Final = 30

IN_A_ROW: Final = 3

REFUSALS: Final = ("unclear", "unknown", "elsewhere", "hidden", "few", "alone", "long", "not_personal")


def gathering_screen(notice: GatheringScreen, event: Event, words: Translator) -> tuple[Message, ...]:
    """How much there is; what came last first, by strategy and question; a button for each and each part."""
    keyboard = _list_buttons(notice, words)
    made: tuple[Message, ...] = ()
    for length in LINE_LENGTHS:
        made = compose(_list(notice, event, words, length), keyboard)
        if len(made) == 1:
            break
    return made


def _list(notice: GatheringScreen, event: Event, words: Translator, length: int) -> Iterable[Html | None]:
    yield lines(
        (
            words.text(f"gathering.title.{notice.part.value}", table=table_coded(event, notice.table)),
            _counts(notice, words),
            *(
                (words.text("gathering.last", time=words.clock(notice.last_at)),)
                if notice.last_at is not None
                else ()
            ),
            *(
                (words.text("gathering.look.how", n=notice.look, look=gathering_word(words, "look")),)
                if notice.look and notice.part is not Part.LOOK
                else ()
            ),
            *(
                (words.text("gathering.synthesis", time=words.clock(notice.synthesis_at)),)
                if notice.synthesis_at is not None
                else ()
            ),
        )
    )
    if not notice.items:
        yield words.text(f"gathering.none.{notice.part.value}")
    yield from _grouped(notice.items, event, words, length)
    if notice.pages > 1:
        yield words.text(
            "gathering.page", page=notice.page, pages=notice.pages, word=gathering_word(words, "page")
        )
    if notice.items and notice.writes:
        yield words.text(
            "gathering.how",
            number=notice.items[0].number,
            hide=gathering_word(words, "hide"),
            merge=gathering_word(words, "merge"),
            plenary=gathering_word(words, "plenary"),
        )


def _counts(notice: GatheringScreen, words: Translator) -> Html:
    return words.text(
        "gathering.counts",
        n=notice.contributions,
        people=words.plain("gathering.voices", n=notice.people),
    )


def _grouped(items: Sequence[GatheredItem], event: Event, words: Translator, length: int) -> Iterable[Html]:
    for about, group in groupby(items, key=lambda item: (item.session, item.strategy, item.question)):
        yield lines((_heading(*about, event, words), *(_line(item, words, length) for item in group)))


def _heading(
    session: int, strategy: str | None, question: str | None, event: Event, words: Translator
) -> Html:
    if strategy is None:
        return words.text("gathering.about.session", session=session)
    named = label(event, strategy)
    if question is None:
        return words.text("gathering.about.strategy", session=session, strategy=named)
    return words.text(
        "gathering.about.question",
        session=session,
        strategy=named,
        question=question,
        short=event.session2.question_of(question).short,
    )


def _line(item: GatheredItem, words: Translator, length: int) -> Html:
    return words.text(
        "gathering.line",
        number=item.number,
        details=", ".join(_details(item, words)),
        text=shorten(with_gaps(item.text, item.gaps, words), length),
    )


def _details(item: GatheredItem, words: Translator) -> Iterable[str]:
    yield words.plain("gathering.at", time=words.clock(item.at))
    if item.edited:
        yield words.plain("gathering.edited")
    if item.note:
        yield words.plain("gathering.note")
    if item.merged:
        yield words.plain("gathering.people", n=item.people)
    if item.plenary:
        yield words.plain("gathering.plenary")
    if item.into:
        yield words.plain("gathering.into", number=item.into)
    if item.personal:
        yield words.plain("gathering.personal", kinds=personal_kinds(item.personal, words))
    if item.because is not None:
        yield words.plain("gathering.hidden", because=because(item.because, words))


def because(reason: str, words: Translator) -> str:
    """Why something was hidden: one of ours in the reader's language, or as it was typed."""
    if reason.startswith("#") and reason[1:] in REASONS:
        return words.plain(f"gathering.reason.{reason[1:]}")
    return shorten(reason, LONGEST_REASON)


def _list_buttons(notice: GatheringScreen, words: Translator) -> Keyboard:
    def to(part: Part, page: int = 1) -> ShowGathering:
        return ShowGathering(notice.table, part.value, str(page))

    turning = [
        *(
            ((words.plain("gathering.button.before"), to(notice.part, notice.page - 1)),)
            if notice.page > 1
            else ()
        ),
        *(
            ((words.plain("gathering.button.after"), to(notice.part, notice.page + 1)),)
            if notice.page < notice.pages
            else ()
        ),
    ]
    counts = {Part.ALL: 1, Part.LOOK: notice.look, Part.PLENARY: notice.plenary, Part.HIDDEN: notice.hidden}
    parts = [
        (words.plain(f"gathering.button.{part.value}", count=count), to(part))
        for part, count in counts.items()
        if part is not notice.part and count
    ]
    return (
        *grid(((item.number, ShowGathered(item.number)) for item in notice.items), IN_A_ROW),
        *grid(turning, 2),
        *grid(parts, 2),
    )


def gathered_item(notice: GatheredItem, event: Event, words: Translator) -> tuple[Message, ...]:
    """One line of the list alone."""
    return compose(_grouped((notice,), event, words, FULL_LENGTH))


def gathered_shown(notice: GatheredShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """One contribution, what is merged into it, and what can be done."""
    item = notice.item
    others = notice.others[:OTHERS]
    return compose(
        (
            words.text("gathered.title", number=item.number, table=table_coded(event, notice.table)),
            *_grouped((item,), event, words, FULL_LENGTH),
            words.text(
                "gathered.hidden",
                time=words.clock(notice.hid_at),
                who=by_whom(notice.role, words),
                because=because(item.because, words),
            )
            if item.because is not None and notice.hid_at is not None and notice.role is not None
            else None,
            words.text("gathered.hidden.corrected", time=words.clock(item.at))
            if item.because is not None and notice.hid_at is not None and item.at > notice.hid_at
            else None,
            lines(
                (
                    words.text("gathered.merged", n=len(notice.others)),
                    *(_line(each, words, OTHER_LENGTH) for each in others),
                    *(
                        (words.text("gathered.merged.more", n=len(notice.others) - len(others)),)
                        if len(notice.others) > len(others)
                        else ()
                    ),
                )
            )
            if others
            else None,
            _look(notice, words),
        ),
        _shown_buttons(notice, words) if notice.writes else (_back(notice.table, words),),
    )


def _look(notice: GatheredShown, words: Translator) -> Html | None:
    if not notice.item.personal:
        return None
    kinds = personal_kinds(notice.item.personal, words)
    if not notice.lets_pass:
        return words.text("gathered.look.regia", kinds=kinds)
    return words.text(
        "gathered.look",
        kinds=kinds,
        number=notice.item.number,
        let=gathering_word(words, "pass"),
        hide=gathering_word(words, "hide"),
    )


def _shown_buttons(notice: GatheredShown, words: Translator) -> Keyboard:
    item, number = notice.item, notice.item.number
    found: list[tuple[str, Press]] = []
    if item.because is not None:
        found.append((words.plain("gathered.button.unhide"), UnhideGathered(number)))
    else:
        if item.personal and notice.lets_pass:
            found.append((words.plain("gathered.button.pass"), PassGathered(number)))
        if not item.into:
            key = "gathered.button.unmark" if item.plenary else "gathered.button.mark"
            found.append((words.plain(key), MarkGathered(number, not item.plenary)))
            found.append((words.plain("gathered.button.merge"), ChooseGathered(number, "1")))
        if item.merged or item.into:
            found.append((words.plain("gathered.button.separate"), SeparateGathered(number)))
        found.append((words.plain("gathered.button.hide"), HideGathered(number, "")))
    return (*column(found), _back(notice.table, words))


def _back(table: str, words: Translator) -> tuple[Button, ...]:
    return (Button(words.plain("gathered.button.list"), ShowGathering(table, Part.ALL.value, "1")),)


def gathering_ask(notice: GatheringAsk, event: Event, words: Translator) -> tuple[Message, ...]:
    """Why? Some reasons to tap; how to type another."""
    return compose(
        (
            words.text(
                "gathering.ask",
                number=notice.number,
                table=table_coded(event, notice.table),
                hide=gathering_word(words, "hide"),
            ),
        ),
        column(
            (words.plain(f"gathering.reason.{reason}"), HideGathered(notice.number, reason))
            for reason in REASONS
        ),
    )


def gathering_choose(notice: GatheringChoose, event: Event, words: Translator) -> tuple[Message, ...]:
    """Which say the same: a button for each."""
    number = notice.item.number
    turning: list[tuple[str, Press]] = []
    if notice.page > 1:
        turning.append((words.plain("gathering.button.before"), ChooseGathered(number, str(notice.page - 1))))
    if notice.page < notice.pages:
        turning.append((words.plain("gathering.button.after"), ChooseGathered(number, str(notice.page + 1))))
    return compose(
        (
            words.text(
                "gathering.choose" if notice.items else "gathering.choose.none",
                number=number,
                merge=gathering_word(words, "merge"),
            ),
            *_grouped((notice.item,), event, words, LINE_LENGTHS[0]),
            words.text("gathering.choose.these") if notice.items else None,
            *_grouped(notice.items, event, words, LINE_LENGTHS[0]),
        ),
        (
            *grid(((each.number, MergeGathered(number, each.number)) for each in notice.items), IN_A_ROW),
            *grid(turning, 2),
            _back(notice.table, words),
        ),
    )


def gathering_done(notice: GatheringDone, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is so now, and the way back."""
    values = {
        "number": notice.number,
        "numbers": words.join(notice.numbers),
        "table": table_coded(event, notice.table),
        "because": because(notice.because, words),
        "people": words.plain("gathering.people", n=notice.people),
    }
    back: dict[GatheringAct, Press] = {
        GatheringAct.HIDE: UnhideGathered(notice.number),
        GatheringAct.MERGE: SeparateGathered(notice.number),
        GatheringAct.MARK: MarkGathered(notice.number, marked=False),
        GatheringAct.UNMARK: MarkGathered(notice.number, marked=True),
    }
    undo = back.get(notice.act)
    return compose(
        (
            sentences(
                words.text("gathering.already") if notice.already else None,
                words.text(f"gathering.done.{notice.act.value}", n=max(len(notice.numbers), 1), **values),
            ),
        ),
        (
            *(
                ((Button(words.plain(f"gathering.undo.{notice.act.value}"), undo),),)
                if undo is not None
                else ()
            ),
            (Button(words.plain("gathered.button.open", number=notice.number), ShowGathered(notice.number)),),
            _back(notice.table, words),
        ),
    )


def gathering_refused(notice: GatheringRefused, event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing was done, why, and what to do."""
    reason = notice.reason if notice.reason in REFUSALS else "unclear"
    return compose(
        (
            words.text(
                f"gathering.refused.{reason}",
                misread=shorten(notice.misread, MISREAD_LENGTH),
                table=table_coded(event, notice.table) if notice.table else "",
                most=notice.most,
                hide=gathering_word(words, "hide"),
                unhide=gathering_word(words, "unhide"),
                merge=gathering_word(words, "merge"),
                separate=gathering_word(words, "separate"),
                plenary=gathering_word(words, "plenary"),
                let=gathering_word(words, "pass"),
                look=gathering_word(words, "look"),
                hidden=gathering_word(words, "hidden"),
            ),
        )
    )


def gathering_overview(notice: GatheringOverview, event: Event, words: Translator) -> tuple[Message, ...]:
    """Each table in figures; a button to the list of each."""
    return compose(
        (
            words.text(
                "gathering.overview",
                time=words.clock(notice.at),
                n=sum(each.contributions for each in notice.tables),
            ),
            *(_table(each, event, words) for each in notice.tables),
            words.text("gathering.overview.how", table=event.tables[0].code),
        ),
        grid(
            ((each.table, ShowGathering(each.table, Part.ALL.value, "1")) for each in notice.tables), IN_A_ROW
        ),
    )


def _table(each: GatheringTable, event: Event, words: Translator) -> Html:
    named = table_coded(event, each.table)
    if not each.contributions and not each.hidden:
        return words.text("gathering.table.nothing", table=named)
    figures = [
        words.plain("gathering.voices", n=each.people),
        *(
            (words.plain("gathering.table.last", time=words.clock(each.last_at)),)
            if each.last_at is not None
            else ()
        ),
        *((words.plain("gathering.table.look", n=each.look),) if each.look else ()),
        *((words.plain("gathering.table.plenary", n=each.plenary),) if each.plenary else ()),
        *((words.plain("gathering.table.hidden", n=each.hidden),) if each.hidden else ()),
        *((words.plain("gathering.table.synthesis"),) if each.synthesis else ()),
    ]
    questions = [
        words.plain("gathering.table.question", question=question, count=count)
        for question, count in each.by_question
        if question
    ]
    return lines(
        (
            words.text("gathering.table", table=named, n=each.contributions, figures=", ".join(figures)),
            *((words.text("gathering.table.questions", counts=", ".join(questions)),) if questions else ()),
        )
    )


def gathering_table(notice: GatheringTable, event: Event, words: Translator) -> tuple[Message, ...]:
    """One table alone."""
    return compose((_table(notice, event, words),))


def personal_data_seen(notice: PersonalDataSeen, _event: Event, words: Translator) -> tuple[Message, ...]:
    """What it looks like, and how to take it out."""
    kinds = personal_kinds(notice.kinds, words)
    if notice.number:
        return compose((words.text("personal.seen.rewritten", kinds=kinds, number=notice.number),))
    return compose((words.text("personal.seen", kinds=kinds),))


def hidden_corrected(notice: HiddenCorrected, event: Event, words: Translator) -> tuple[Message, ...]:
    """What was hidden says something else now: to read it, and to show it again."""
    return compose(
        (
            words.text(
                "gathering.corrected",
                number=notice.number,
                table=table_coded(event, notice.table),
                unhide=gathering_word(words, "unhide"),
            ),
        ),
        ((Button(words.plain("gathered.button.open", number=notice.number), ShowGathered(notice.number)),),),
    )


RENDERERS: Final = (
    renders(GatheredItem, gathered_item),
    renders(GatheringScreen, gathering_screen),
    renders(GatheredShown, gathered_shown),
    renders(GatheringAsk, gathering_ask),
    renders(GatheringChoose, gathering_choose),
    renders(GatheringDone, gathering_done),
    renders(GatheringRefused, gathering_refused),
    renders(GatheringTable, gathering_table),
    renders(GatheringOverview, gathering_overview),
    renders(PersonalDataSeen, personal_data_seen),
    renders(HiddenCorrected, hidden_corrected),
)
