"""Themes as the regia sees them: the board, one theme with what is in it, what was done, what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.callback_data import (
    AssignAxis,
    ChooseForTheme,
    MarkPlenary,
    MergeThemes,
    PlaceSaid,
    ShowAxes,
    ShowTheme,
    ShowThemes,
    UndoCuration,
)
from handlers.render.common import (
    MISREAD_LENGTH,
    column,
    grid,
    lines,
    renders,
    sentences,
    table_coded,
    with_gaps,
)
from handlers.render.message import Button, Keyboard, Message, compose, shorten
from handlers.render.typing_words import theme_word
from participation.curation import NAME_LENGTH
from participation.theme_notices import (
    LEFTOVERS,
    NEW,
    AxesShown,
    AxisHeld,
    Choice,
    Curation,
    LeftoversShown,
    Quote,
    Refusal,
    Section,
    ThemeBoard,
    ThemeChangedMeanwhile,
    ThemeChoose,
    ThemeDone,
    ThemeItem,
    ThemeRefused,
    ThemeShown,
)
from participation.themes import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from handlers.callback_data import Press
    from locales.translator import Html, Translator
    from participation.event import Event

BUTTON_LENGTH: Final = 30
"""UTF-16 units of a theme's title on a button."""

QUOTED_ON_BUTTON: Final = 30
"""UTF-16 units of a contribution on a button."""

_SECTIONS: Final = (
    Section.LOOK,
    Section.PLENARY,
    Section.RECURRING,
    Section.CROSSCUTTING,
    Section.SINGLE,
)


def named(number: str, title: str, words: Translator) -> str:
    """A theme inside a sentence: "4, «Banda larga»"; by its number alone while it has no title."""
    if not title:
        return words.plain("theme.untitled", number=number)
    return words.plain("theme.named", number=number, title=shorten(title, NAME_LENGTH))


def theme_item(notice: ThemeItem, _event: Event, words: Translator) -> tuple[Message, ...]:
    """One line of a board, alone."""
    return compose((_line(notice, words),))


def theme_board(notice: ThemeBoard, event: Event, words: Translator) -> tuple[Message, ...]:
    """The themes of a section, a line each, by kind; how many there are in all; where to go from here."""
    return compose(
        (
            _board_title(notice, event, words),
            words.text("theme.board.counts", n=notice.contributions, all=_counts(notice, words)),
            words.text("theme.board.unread", n=notice.unread) if notice.unread else None,
            *_by_kind(notice, words),
            words.text(f"theme.board.none.{_nothing(notice)}") if not notice.items else None,
            words.text("theme.board.others", n=notice.others)
            if notice.others and notice.section is Section.LOOK
            else None,
            _paged(notice.page, notice.pages, words),
            words.text("theme.board.how", number=notice.items[0].number) if notice.items else None,
        ),
        (
            *grid(((_on_button(each, words), ShowTheme(each.number, "1")) for each in notice.items), 2),
            *_turn(
                notice.page,
                notice.pages,
                lambda page: ShowThemes(notice.section.value, notice.axis, page),
                words,
            ),
            *_sections(notice, words),
        ),
    )


def theme_shown(notice: ThemeShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """What the theme is, and what was said, word for word."""
    item = notice.item
    return compose(
        (
            words.text("theme.title", theme=named(item.number, item.title, words)),
            sentences(words.text("theme.kinds", kinds=_kinds(item, words)), _plenary(item, words)),
            words.text("theme.keywords", words=", ".join(item.keywords)) if item.keywords else None,
            words.text("theme.where", tables=words.join(table_coded(event, code) for code in notice.tables))
            if notice.tables
            else None,
            words.text("theme.axes", n=len(item.axes), axes=words.join(item.axes)) if item.axes else None,
            *(_quote(each, event, words) for each in notice.quotes),
            None if notice.quotes else words.text("theme.empty"),
            _paged(notice.page, notice.pages, words),
            words.text(
                "theme.how",
                number=item.number,
                rename=theme_word(words, "rename"),
                merge=theme_word(words, "merge"),
                split=theme_word(words, "split"),
                plenary=theme_word(words, "plenary"),
            ),
        ),
        (
            *_turn(notice.page, notice.pages, lambda page: ShowTheme(item.number, page), words),
            (
                _choice("theme.button.merge", Choice.MERGE, item.number, words),
                _choice("theme.button.move", Choice.SAID, item.number, words),
            ),
            (
                _choice("theme.button.name", Choice.NAME, item.number, words),
                Button(
                    words.plain("theme.button.unmark" if item.plenary else "theme.button.mark"),
                    MarkPlenary(item.number, not item.plenary),
                ),
            ),
            _back(words),
        ),
    )


def leftovers_shown(notice: LeftoversShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """What fits nowhere, word for word."""
    return compose(
        (
            words.text("theme.leftovers.title", n=notice.count)
            if notice.count
            else words.text("theme.leftovers.none"),
            *(_quote(each, event, words) for each in notice.quotes),
            _paged(notice.page, notice.pages, words),
            words.text(
                "theme.leftovers.how",
                number=notice.quotes[0].number,
                move=theme_word(words, "move"),
                new=theme_word(words, "new"),
            )
            if notice.quotes
            else None,
        ),
        (
            *_turn(notice.page, notice.pages, lambda page: ShowTheme(LEFTOVERS, page), words),
            *(((_choice("theme.button.move", Choice.SAID, LEFTOVERS, words),),) if notice.quotes else ()),
            _back(words),
        ),
    )


def quote(notice: Quote, event: Event, words: Translator) -> tuple[Message, ...]:
    """One contribution alone."""
    return compose((_quote(notice, event, words),))


def theme_choose(notice: ThemeChoose, event: Event, words: Translator) -> tuple[Message, ...]:
    """What is to be chosen, and how to type it."""
    theme = named(notice.number, notice.title, words)
    turning = _turn(
        notice.page,
        notice.pages,
        lambda page: ChooseForTheme(notice.what.value, notice.number, page),
        words,
    )
    asked: Html
    buttons: Keyboard = ()
    match notice.what:
        case Choice.NAME:
            asked = words.text(
                "theme.choose.name",
                theme=theme,
                number=notice.number,
                rename=theme_word(words, "rename"),
                most=NAME_LENGTH,
            )
        case Choice.MERGE:
            asked = words.text(
                "theme.choose.merge", theme=theme, number=notice.number, merge=theme_word(words, "merge")
            )
            buttons = column(
                (_on_button(each, words), MergeThemes(notice.number, each.number)) for each in notice.themes
            )
        case Choice.SAID:
            key = "theme.choose.said" if notice.number != LEFTOVERS else "theme.choose.said.leftovers"
            asked = words.text(key, theme=theme, number=notice.number, split=theme_word(words, "split"))
            buttons = column(
                (
                    f"{each.number}. {shorten(with_gaps(each.text, each.gaps, words), QUOTED_ON_BUTTON)}",
                    ChooseForTheme(Choice.TARGET.value, each.number, "1"),
                )
                for each in notice.quotes
            )
        case Choice.TARGET:
            asked = words.text(
                "theme.choose.target",
                number=notice.number,
                move=theme_word(words, "move"),
                new=theme_word(words, "new"),
                leftovers=theme_word(words, "leftovers"),
            )
            places: tuple[tuple[str, Press], ...] = (
                (words.plain("theme.button.new"), PlaceSaid(notice.number, NEW)),
                (words.plain("theme.button.leftovers"), PlaceSaid(notice.number, LEFTOVERS)),
            )
            buttons = (
                *column(
                    (_on_button(each, words), PlaceSaid(notice.number, each.number)) for each in notice.themes
                ),
                *grid(places, 2),
            )
    return compose(
        (
            asked,
            lines(_line(each, words) for each in notice.themes),
            *(_quote(each, event, words) for each in notice.quotes),
            _paged(notice.page, notice.pages, words),
        ),
        (*buttons, *turning, _back(words)),
    )


def axis_held(notice: AxisHeld, event: Event, words: Translator) -> tuple[Message, ...]:
    """One axis alone."""
    return compose((_axis(notice, event, words),))


def axes_shown(notice: AxesShown, event: Event, words: Translator) -> tuple[Message, ...]:
    """Who looks after which axis, and how to change it."""
    return compose(
        (
            words.text("theme.assign.title", letter=notice.letter),
            lines(_axis(each, event, words) for each in notice.axes),
            words.text(
                "theme.assign.how",
                axis=theme_word(words, "axis"),
                code=notice.axes[0].axis,
                me=theme_word(words, "me"),
                nobody=theme_word(words, "nobody"),
            )
            if notice.axes
            else None,
        ),
        (
            *column(
                (
                    words.plain("theme.button.give_up", axis=each.axis)
                    if each.mine
                    else words.plain("theme.button.take", axis=each.axis),
                    AssignAxis(each.axis, "" if each.mine else notice.letter),
                )
                for each in notice.axes[:20]
            ),
            _back(words),
        ),
    )


def theme_done(notice: ThemeDone, _event: Event, words: Translator) -> tuple[Message, ...]:
    """What is so now, and how to undo it."""
    theme = named(notice.number, notice.title, words)
    into = notice.number != LEFTOVERS
    rows: list[tuple[Button, ...]] = []
    if notice.source and into and not notice.already:
        # More of the same theme may belong there, too.
        rows += grid(
            (
                (words.plain("theme.button.too", number=each), PlaceSaid(each, notice.number))
                for each in notice.rest[:9]
            ),
            3,
        )
    if notice.act:
        rows.append((Button(words.plain("theme.button.undo"), UndoCuration(notice.act)),))
    if into:
        rows.append((Button(words.plain("theme.button.open"), ShowTheme(notice.number, "1")),))
    rows.append(_back(words))
    return compose(
        (
            words.text("theme.already") if notice.already else None,
            _what_is_so(notice, theme, words, into=into),
            words.text("theme.done.undo", undo=theme_word(words, "undo")) if notice.act else None,
        ),
        tuple(rows),
    )


def _what_is_so(  # noqa: PLR0911 - one way out per kind of act
    notice: ThemeDone, theme: str, words: Translator, *, into: bool
) -> Html:
    match notice.curation:
        case Curation.RENAME:
            return words.text(
                "theme.done.rename",
                theme=theme,
                before=shorten(notice.before, NAME_LENGTH) or words.plain("theme.no_title"),
            )
        case Curation.MERGE:
            return words.text(
                "theme.done.merge",
                n=len(notice.numbers),
                numbers=words.join(notice.numbers),
                theme=theme,
            )
        case Curation.SPLIT | Curation.MOVE:
            key = "theme.done.place" if into else "theme.done.leftovers"
            return words.text(key, n=len(notice.numbers), numbers=words.join(notice.numbers), theme=theme)
        case Curation.PLENARY:
            return words.text("theme.done.mark" if notice.wished else "theme.done.unmark", theme=theme)
        case Curation.AXIS:
            if not notice.after:
                return words.text("theme.done.axis.nobody", axis=notice.axis)
            key = "theme.done.axis.mine" if notice.wished else "theme.done.axis"
            return words.text(key, axis=notice.axis, letter=notice.after)
        case Curation.UNDO:
            what = words.plain(f"theme.curation.{_curation(notice.before)}")
            if into:
                return words.text("theme.done.undone.theme", what=what, theme=theme)
            return words.text("theme.done.undone", what=what)


def theme_refused(notice: ThemeRefused, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Nothing has changed, why, and what to do."""
    somewhere = notice.number != LEFTOVERS
    key = f"theme.refused.{notice.refusal.value}"
    if notice.refusal in {Refusal.GONE, Refusal.ELSEWHERE} and not somewhere:
        key += ".leftovers"
    return compose(
        (
            words.text(
                key,
                misread=shorten(notice.misread, MISREAD_LENGTH),
                theme=named(notice.number, notice.title, words),
                number=notice.number,
                by=notice.by,
                what=words.plain(f"theme.curation.{notice.curation.value}"),
                time="" if notice.at is None else words.clock(notice.at),
                most=NAME_LENGTH,
                rename=theme_word(words, "rename"),
                merge=theme_word(words, "merge"),
                move=theme_word(words, "move"),
                look=theme_word(words, "look"),
                axis=theme_word(words, "axis"),
                undo=theme_word(words, "undo"),
            ),
        ),
        (
            *(
                ((Button(words.plain("theme.button.open"), ShowTheme(notice.number, "1")),),)
                if somewhere
                else ()
            ),
            _back(words),
        ),
    )


def theme_changed(notice: ThemeChangedMeanwhile, _event: Event, words: Translator) -> tuple[Message, ...]:
    """Who did what there meanwhile, how it is now; done again, it is done."""
    what = words.plain(f"theme.curation.{notice.curation.value}")
    did = words.text(
        "theme.meanwhile.undid" if notice.undone else "theme.meanwhile.did",
        letter=notice.by,
        what=what,
        time=words.clock(notice.at),
    )
    match notice.about:
        case "said":
            now = (
                words.text("theme.meanwhile.said", number=notice.number, theme=notice.title)
                if notice.title
                else words.text("theme.meanwhile.said.leftovers", number=notice.number)
            )
        case "axis":
            now = (
                words.text("theme.meanwhile.axis", axis=notice.number, letter=notice.title)
                if notice.title
                else words.text("theme.meanwhile.axis.nobody", axis=notice.number)
            )
        case _:
            now = words.text("theme.meanwhile.theme", theme=named(notice.number, notice.title, words))
    shown: Press | None = (
        ShowTheme(notice.number, "1")
        if notice.about == "theme"
        else ShowAxes()
        if notice.about == "axis"
        else None
    )
    return compose(
        (sentences(did, now), words.text("theme.meanwhile.again")),
        (
            *(((Button(words.plain("theme.button.open"), shown),),) if shown is not None else ()),
            _back(words),
        ),
    )


# ------------------------------------------------------------------------------------------------- pieces


def _board_title(notice: ThemeBoard, event: Event, words: Translator) -> Html:
    if notice.first:
        return words.text("theme.board.first")
    if notice.section is not Section.AXIS:
        return words.text(f"theme.board.{notice.section.value}")
    title = {axis.code: axis.title for axis in event.axes}.get(notice.axis, "")
    return words.text("theme.board.axis", code=notice.axis, title=title)


def _nothing(notice: ThemeBoard) -> str:
    if notice.first:
        return "first"
    return "by_hand" if notice.by_hand and notice.section is Section.ALL else notice.section.value


def _counts(notice: ThemeBoard, words: Translator) -> str:
    return words.join(
        (
            words.plain("theme.count.themes", n=notice.themes),
            words.plain("theme.count.leftovers", n=notice.leftovers),
        )
    )


def _by_kind(notice: ThemeBoard, words: Translator) -> Iterable[Html]:
    if notice.section is not Section.ALL:
        yield lines(_line(each, words) for each in notice.items)
        return
    groups = (
        ("recurring", [each for each in notice.items if each.recurring]),
        ("crosscutting", [each for each in notice.items if each.crosscutting and not each.recurring]),
        ("single", [each for each in notice.items if not each.recurring and not each.crosscutting]),
    )
    for kind, items in groups:
        if items:
            yield lines((words.text(f"theme.group.{kind}"), *(_line(each, words) for each in items)))


def _line(item: ThemeItem, words: Translator) -> Html:
    weight = ", ".join(
        words.plain(f"theme.count.{what}", n=n)
        for what, n in (
            ("tables", item.tables),
            ("voices", item.voices),
            ("contributions", item.contributions),
        )
    )
    more = [
        words.plain("theme.also") if item.recurring and item.crosscutting else "",
        words.plain("theme.marked") if item.plenary else "",
        words.plain("theme.marked.tables", n=item.marked) if item.marked else "",
        words.plain("theme.new", n=item.new) if item.new else "",
    ]
    return words.text(
        "theme.line",
        number=item.number,
        title=shorten(item.title, NAME_LENGTH) or words.plain("theme.no_title"),
        weight="; ".join((weight, *filter(None, more))),
    )


def _kinds(item: ThemeItem, words: Translator) -> str:
    kinds = [
        *([Kind.RECURRING] if item.recurring else []),
        *([Kind.CROSSCUTTING] if item.crosscutting else []),
    ] or [Kind.SINGLE]
    named_kinds = words.join(words.plain(f"theme.kind.{kind.value}") for kind in kinds)
    counts = ", ".join(
        (
            words.plain("theme.count.voices", n=item.voices),
            words.plain("theme.count.contributions", n=item.contributions),
        )
    )
    return f"{named_kinds}; {counts}"


def _plenary(item: ThemeItem, words: Translator) -> Html | None:
    return words.text("theme.is_marked") if item.plenary else None


def _quote(each: Quote, event: Event, words: Translator) -> Html:
    where = [table_coded(event, each.table), words.plain("theme.said.session", session=each.session)]
    if each.strategy is not None:
        where.append(words.plain("theme.said.strategy", code=each.strategy))
    if each.question is not None:
        short = event.session2.question_of(each.question).short
        where.append(words.plain("theme.said.question", code=each.question, short=short))
    if each.note:
        where.append(words.plain("theme.said.note"))
    if each.people > 1:
        where.append(words.plain("gathering.people", n=each.people))
    if each.plenary:
        where.append(words.plain("theme.said.plenary"))
    if each.new:
        where.append(words.plain("theme.said.new"))
    return lines(
        (
            words.text("theme.said", number=each.number, where=", ".join(where)),
            words.text("theme.said.text", text=with_gaps(each.text, each.gaps, words)),
        )
    )


def _axis(each: AxisHeld, event: Event, words: Translator) -> Html:
    title = {axis.code: axis.title for axis in event.axes}.get(each.axis, "")
    who = (
        words.plain("theme.assign.mine")
        if each.mine
        else words.plain("theme.assign.other", letter=each.letter)
        if each.letter
        else words.plain("theme.assign.nobody")
    )
    return words.text(
        "theme.assign.line",
        code=each.axis,
        title=title,
        who=who,
        themes=words.plain("theme.count.themes", n=each.themes),
        look=words.plain("theme.assign.look", n=each.look),
    )


def _on_button(item: ThemeItem, words: Translator) -> str:
    title = item.title or words.plain("theme.no_title")
    return f"{item.number}. {shorten(title, BUTTON_LENGTH)}"


def _choice(key: str, what: Choice, number: str, words: Translator) -> Button:
    return Button(words.plain(key), ChooseForTheme(what.value, number, "1"))


def _sections(notice: ThemeBoard, words: Translator) -> Keyboard:
    buttons: list[tuple[str, Press]] = [
        (
            words.plain("theme.button.look", count=notice.look)
            if section is Section.LOOK
            else words.plain(f"theme.button.{section.value}"),
            ShowThemes(section.value, "", "1"),
        )
        for section in _SECTIONS
        if section is not notice.section
    ]
    if notice.section is not Section.ALL:
        buttons.append((words.plain("theme.button.all"), ShowThemes(Section.ALL.value, "", "1")))
    buttons.append((words.plain("theme.button.alone", count=notice.leftovers), ShowTheme(LEFTOVERS, "1")))
    buttons.append((words.plain("theme.button.axes"), ShowAxes()))
    return grid(buttons, 2)


def _back(words: Translator) -> tuple[Button, ...]:
    return (
        Button(words.plain("theme.button.next"), ShowThemes(Section.LOOK.value, "", "1")),
        Button(words.plain("theme.button.all"), ShowThemes(Section.ALL.value, "", "1")),
    )


def _paged(page: int, pages: int, words: Translator) -> Html | None:
    if pages <= 1:
        return None
    return words.text("theme.page", page=page, pages=pages, word=theme_word(words, "page"))


def _turn(page: int, pages: int, to: Callable[[str], Press], words: Translator) -> Keyboard:
    buttons = [
        *([Button(words.plain("theme.button.before"), to(str(page - 1)))] if page > 1 else []),
        *([Button(words.plain("theme.button.after"), to(str(page + 1)))] if page < pages else []),
    ]
    return (tuple(buttons),) if buttons else ()


def _curation(kind: str) -> str:
    return kind if kind in {each.value for each in Curation} else Curation.UNDO.value


RENDERERS: Final = (
    renders(ThemeItem, theme_item),
    renders(ThemeBoard, theme_board),
    renders(Quote, quote),
    renders(ThemeShown, theme_shown),
    renders(LeftoversShown, leftovers_shown),
    renders(ThemeChoose, theme_choose),
    renders(AxisHeld, axis_held),
    renders(AxesShown, axes_shown),
    renders(ThemeDone, theme_done),
    renders(ThemeRefused, theme_refused),
    renders(ThemeChangedMeanwhile, theme_changed),
)
