"""What every handler gets: the room's things, typed, and how to answer a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import structlog
from telegram import Update
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    filters,
)

from handlers.callback_data import NotOurs, Press, decode
from handlers.render import render, toast
from handlers.sending import out_of_reach, seconds, send
from participation import contributions, timing
from participation.notices import dump
from storage import outbox, people

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from datetime import datetime, timedelta

    from telegram import Message, User

    from locales.translator import Translator, Translators
    from participation.event import Event
    from participation.notices import Notice
    from storage.database import Database
    from storage.people import Person

log = structlog.get_logger(__name__)

Handler: TypeAlias = "Callable[[Update, Context], Coroutine[Any, Any, None]]"
SomePress = TypeVar("SomePress", bound=Press)

ROOM = "room"
"""The key in the library's `bot_data` under which `bot/app.py` puts the `Room`."""


class Now(Protocol):
    """The event's time."""

    def now(self) -> datetime:
        """An aware datetime."""
        ...


class Editor(Protocol):
    """The owner of edited messages."""

    def nudge(self, person: int) -> None:
        """The screens of this person may have changed by their own act."""
        ...

    def wake(self) -> None:
        """Screens of others may have changed."""
        ...


class Sender(Protocol):
    """The owner of what nobody asked for."""

    def wake(self) -> None:
        """There may be something new to send."""
        ...

    def hold(self, chat: int, after: float) -> None:
        """Telegram takes nothing for this chat before so many seconds."""
        ...

    def open(self, chat: int) -> bool:
        """Whether Telegram takes anything for this chat now, as far as it said."""
        ...

    def ready(self, chat: int) -> bool:
        """Whether an answer may go to this chat at once: it is open, not too fast, and none waits for it."""
        ...

    def count(self, chat: int) -> None:
        """An answer goes to this chat: it counts where Telegram limits what goes to one chat."""
        ...

    def left(self, chat: int) -> None:
        """An answer to this chat waits in the database now; what is answered later goes behind it."""
        ...


class MenuSetter(Protocol):
    """The owner of Telegram's menus."""

    def wake(self) -> None:
        """Somebody's roles or language changed."""
        ...


class Postponer(Protocol):
    """The owner of the updates that are under way."""

    def postpone(self, update: Update, error: Exception, after: timedelta | None = None) -> None:
        """The update could not be handled for now and is to be tried again (after so much event time)."""
        ...


class Reading(Protocol):
    """The owner of the themes."""

    @property
    def by_hand(self) -> bool:
        """Whether the machine finds none: it is told not to, or cannot."""
        ...

    def wake(self) -> None:
        """Somebody contributed, or the regia acted."""
        ...


class NoteFiles(Protocol):
    """The owner of the files of notes."""

    def wake(self) -> None:
        """There may be a file to fetch."""
        ...

    async def read(self, name: str) -> bytes:
        """A file that is kept."""
        ...


@dataclass(frozen=True)
class Room:
    """Everything a handler works with; built once, in `bot/app.py`. `channel`: the regia's, if any."""

    database: Database
    event: Event
    clock: Now
    translators: Translators
    screens: Editor
    outbox: Sender
    queues: Postponer
    themes: Reading
    note_files: NoteFiles
    menus: MenuSetter
    new_id: Callable[[], str]
    channel: int | None = None


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The library's context, with the room."""

    @property
    def room(self) -> Room:
        """The room's things."""
        room = self.bot_data[ROOM]
        assert isinstance(room, Room), "put there by bot/app.py"
        return room


BolliniApplication: TypeAlias = Application[
    ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None
]


def user_of(update: Update) -> User:
    """Who did this. Handlers are only given updates of people."""
    user = update.effective_user
    assert user is not None, "the handlers' filters let only people's updates pass"
    return user


async def person_of(update: Update, context: Context) -> Person | None:
    """Who did this, if they read the notice; whoever had been away is back."""
    room = context.room
    person = await people.find(room.database, user_of(update).id)
    if person is not None and person.unreachable:
        async with room.database.transaction() as tx:
            await people.mark_reachable(tx, person.telegram_id)
        room.outbox.wake()
        room.screens.wake()
        room.menus.wake()
    return person


def words_for(update: Update, context: Context, person: Person | None) -> Translator:
    """The person's language: chosen, or the one of their phone."""
    language = person.language if person is not None else user_of(update).language_code
    return context.room.translators.of(language or context.room.event.language)


async def reply(update: Update, context: Context, person: Person | None, told: Iterable[Notice]) -> None:
    """Answer in the person's chat, in their language.

    An answer that Telegram does not take now is left to the outbox, and with it what follows: what was done
    stays done, and the person is told as soon as they can be. So is one that another still waits in front of:
    what is older never comes after what is newer.
    """
    room = context.room
    words = words_for(update, context, person)
    chat = user_of(update).id
    left = False
    for number, notice in enumerate(told):
        parts = 0
        try:
            event = await timing.event_for(room.database, room.event, notice)
            for message in render(notice, event, words):
                # Nothing is stored of who has not read the notice: they are answered now or never.
                left = left or (person is not None and not _may_go(room, chat, notice))
                if left:
                    break
                room.outbox.count(chat)
                sent = await send(context.bot, chat, message)
                parts += 1
            if left and person is not None:
                await _leave(update, room, person, number, notice, parts)
            elif person is not None and contributions.is_prompt(notice):
                async with room.database.transaction() as tx:
                    await contributions.seen(tx, person.id, notice, sent)
        except (Forbidden, BadRequest) as error:
            if not out_of_reach(error):
                raise
            # They blocked us; or pressed a button in some other chat, and never opened ours.
            if person is None:
                return
            # They hear it when they come back.
            async with room.database.transaction() as tx:
                await people.mark_unreachable(tx, person.id, room.clock.now())
            left = True
            await _leave(update, room, person, number, notice, parts)
        except TelegramError as error:
            if person is None:
                # Nothing is stored of who has not read the notice: they will have to write again.
                raise
            if isinstance(error, RetryAfter):
                room.outbox.hold(chat, seconds(error))
            else:
                await _perhaps(update, room, person, notice)
            left = True
            await _leave(update, room, person, number, notice, parts)


async def _perhaps(update: Update, room: Room, person: Person, notice: Notice) -> None:
    """An answer failed in a way that leaves open whether it arrived."""
    if contributions.is_prompt(notice):
        number = pressed_message(update) or (0 if update.message is None else update.message.message_id)
        async with room.database.transaction() as tx:
            await contributions.perhaps_seen(tx, person.id, notice, number)


def _may_go(room: Room, chat: int, notice: Notice) -> bool:
    """Whether a notice may answer at once. A secret would be lost in the outbox: it is not written there."""
    return room.outbox.ready(chat) or (room.outbox.open(chat) and notice.at_rest() != notice)


async def _leave(update: Update, room: Room, person: Person, number: int, notice: Notice, parts: int) -> None:
    """Leave an answer to the outbox. Once: handled again after a kill, the update does not double it."""
    key = f"reply:{act_of(update)}:{number}:{type(notice).__name__}"
    await leave_to_outbox(room, person, key, notice, parts)


async def leave_to_outbox(room: Room, person: Person, key: str, notice: Notice, parts: int = 0) -> None:
    """Have the outbox send an answer, or what follows its first `parts`, once per key.

    What is secret of it is not written.
    """
    async with room.database.transaction() as tx:
        await outbox.post(
            tx,
            key,
            person.telegram_id,
            dump(notice.at_rest()),
            room.clock.now(),
            urgency=outbox.Urgency.ANSWER,
            person=person.id,
            parts=parts,
        )
    room.outbox.left(person.telegram_id)


async def answer_press(update: Update, context: Context, person: Person | None, said: Notice | None) -> None:
    """Stop the button's spinner, with a short text if there is something to say.

    Telegram refuses an answer that comes late (after a restart, say): that is expected, and the screen or the
    reply tells the same.
    """
    query = update.callback_query
    assert query is not None, "an answer to a press"
    text = "" if said is None else toast(said, context.room.event, words_for(update, context, person))
    try:
        await context.bot.answer_callback_query(query.id, text=text or None)
    except BadRequest as error:
        log.info("press_answered_late", error=error.message.split(":")[0])
    except TelegramError as error:
        log.warning("press_not_answered", error=type(error).__name__)


class Pressed(CallbackQueryHandler["Context", None]):
    """The library's handler of presses, for presses of these kinds alone.

    Its own patterns let a press without any data pass, which only a forged one has.
    """

    def __init__(self, callback: Handler, *kinds: type[Press]) -> None:
        super().__init__(callback)
        self._kinds = kinds

    def check_update(self, update: object) -> bool:
        """Whether the update is a press that we made, of a kind of ours."""
        if not isinstance(update, Update) or update.callback_query is None:
            return False
        data = update.callback_query.data
        try:
            return isinstance(decode(data) if isinstance(data, str) else None, self._kinds)
        except NotOurs:
            return False


def press_of(update: Update, kind: type[SomePress]) -> SomePress:
    """The press of an update that `button(..., kind)` let pass."""
    query = update.callback_query
    assert query is not None, "a press"
    press = decode(str(query.data))
    assert isinstance(press, kind), "the handler let only this kind pass"
    return press


def pressed_message(update: Update) -> int | None:
    """The message whose button was pressed. Telegram leaves out messages that it does not have any more."""
    message = None if update.callback_query is None else update.callback_query.message
    return None if message is None else message.message_id


def act_of(update: Update) -> str:
    """What names this act for ever: the message, or the press. The number of an update may come again."""
    if update.callback_query is not None:
        return f"press:{update.callback_query.id}"
    message = message_of(update)
    edited = "" if message.edit_date is None else f":{message.edit_date:%s}"
    return f"message:{user_of(update).id}:{message.message_id}{edited}"


def message_of(update: Update) -> Message:
    """The message of an update that has one; handlers' filters see to that."""
    message = update.effective_message
    assert message is not None, "the handlers' filters let only messages pass"
    return message


def command_of(update: Update) -> str:
    """The name of the command, as it was typed; "" where a client called blanks one."""
    first, *_ = (message_of(update).text or "").split(maxsplit=1) or ("",)
    return first.lstrip("/").split("@")[0]


def argument_of(update: Update) -> str:
    """What stands behind a command, untouched but for the white space around it."""
    _, *behind = (message_of(update).text or "").split(maxsplit=1)
    return behind[0].strip() if behind else ""


def command(name: str, callback: Handler) -> CommandHandler[Context, None]:
    """A command, in new messages of private chats alone.

    The library's handler would run again on an edited message, and in a channel a command has no sender.
    """
    return CommandHandler(name, callback, filters=filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE)


def button(callback: Handler, *kinds: type[Press]) -> CallbackQueryHandler[Context, None]:
    """A press of these kinds."""
    return Pressed(callback, *kinds)
