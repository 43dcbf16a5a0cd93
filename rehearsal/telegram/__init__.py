"""A local Telegram: a Bot API server that is strict on purpose, and the phones that talk to it.

The bot meets it over HTTP at ``{url}/bot<token>/METHOD`` (files at ``{url}/file/bot<token>/PATH``); the
crowd, the web page and the tests hold the phones, in the same process and event loop (nothing here is
thread-safe).

Set up::

    telegram = Telegram(
        token,                     # "123456:abc"; never written to any file
        bot_username,              # without @
        now,                       # () -> aware datetime: the event's time, for dates and for the limits
        record=None,               # Recorder(out_dir) writes calls.jsonl, updates.jsonl and channel/
        *,
        bot_name="Bollini",
        seed=0,                    # decides where update_id and callback ids start
        callback_seconds=15.0,     # wall seconds a tap may be answered in
        limits=None,               # Limits() makes it answer 429 as Telegram does; None: no limits
        intercept=None,            # async (Call) -> Fault | None: the seam for faults; may be set later
        monotonic=time.monotonic,  # the wall clock that ages callbacks
        keep_calls=50_000,         # calls kept in memory
        retention=None,            # timedelta: how long updates wait, in event time; None: for ever
        webhooks=None,             # Webhooks(): how updates are delivered to a webhook
    )
    telegram.app                   # aiohttp.web.Application: add your own routes before start()
    url = await telegram.start(host="127.0.0.1", port=0)   # "http://127.0.0.1:PORT"; also telegram.url
    await telegram.stop()          # ends waiting polls, closes files

People (the same id again gives the same phone)::

    phone = telegram.phone(user_id, first_name, last_name=None, language_code="it", username=None)
    telegram.phones                            # Mapping[int, Phone]
    phone.id, .first_name, .last_name, .language_code, .username, .started, .blocked
    phone.start(payload=None) -> int           # "/start" or "/start PAYLOAD"; unblocks a blocked bot first
    phone.say(text, reply_to=None) -> int      # message id; ValueError over 4,096; Blocked if it is
    phone.send(**fields) -> int                # any Message fields: photo=b"...", document=("a.pdf", b"..."),
                                               # voice=b"...", audio=, video_note= (seconds=3), sticker=True,
                                               # voice=True, location=True, poll=True ... (True: an example)
                                               # or the JSON object itself; caption="..."
    phone.send_album(b"...", b"...", caption="") -> list[int]
    phone.edit(message_id, text)               # edited_message; only the person's own text messages
    phone.edit_caption(message_id, caption, photo=None)    # the same of a caption, or with a new photo
    phone.tap(message_id, data) -> str         # callback id; data is str or bytes, forged ones too
    phone.block() / phone.unblock()            # my_chat_member updates
    phone.delete(message_id)                   # the bot is not told
    phone.messages -> list[SentMessage]        # the chat as now displayed, oldest first
    phone.message(message_id) -> SentMessage | None
    phone.last -> SentMessage | None           # the newest one from the bot
    phone.answers: dict[str, Answer]           # callback id -> Answer(text, show_alert, url, at)
    phone.reply_keyboard                       # rows of texts: the custom keyboard under the text field
    phone.menu() -> list[tuple[str, str]]      # (command, description) as this phone's language gets them
    phone.version                              # grows with every change in this chat, answers included
    await phone.changed(after_version, timeout=None) -> bool   # False: `timeout` wall seconds, no change

    SentMessage: id, from_bot, date (unix, event time), text, entities, caption, keyboard (rows of Button),
        photo (bytes | None), document (DocumentShown(name, data) | None), edits (how often edited),
        reply_to (id | None), media_group_id (str | None), extra (sticker, voice ... as JSON)
        .html     text or caption as HTML for a web page        .shown   text or caption, plain
        .buttons  all Buttons in a row                          .button(text) the first with it | None
    Button: text, callback_data (str | None), url (str | None)

The regia channel (the bot is its administrator; the same id again gives the same channel)::

    channel = telegram.channel(channel_id, title="Regia", username=None)
    channel.posts -> list[SentMessage]; channel.version; await channel.changed(after, timeout=None)
    channel.post(text) -> int                       # somebody posts by hand: channel_post
    channel.remove_bot() / channel.restore_bot()    # my_chat_member, then 403
    channel.members: set[int]                       # user ids that getChatMember says are members

What the bot did::

    telegram.calls: Sequence[CallRecord]   # at, method, params, status, ok, result | description, fault
    telegram.calls_total; telegram.calls_by_method: Counter[str]; telegram.errors: Counter[int]  # by status
    telegram.pending_updates() -> list[dict]        # queued and not yet confirmed
    telegram.updates_total
    telegram.forge(kind, payload)                   # queue an update that no phone could send: any JSON
    telegram.version; await telegram.changed(after, timeout=None)   # any chat changed

Faults, by hand: ``intercept`` gets ``Call(method, params, chat_id, at)`` before each call and may return
``Fault(answer, status, description, retry_after, delay, carry_out, wait, name)``; see faults.py. By a plan::

    plan = FaultPlan(
        seed,
        rates={Kind.RESET_AFTER: 0.01},            # a probability for each call, update or act of a person
        at={Kind.PHONE_OFF: [moment]},             # event times: at the first occasion from then on
        sizes=Sizes(retry_after=(1, 5), edits_retry_after=200, hang=(1.0, 4.0), off=timedelta(minutes=10)),
        spare=("getMe",),                          # methods nothing happens to
        phones=lambda phone: True,                 # whose phones may be off, slow, or blocked
        allowed=lambda kind, at: True,             # what may happen at this time
        retention=timedelta(hours=24),             # how long undelivered updates are kept, in event time
    )
    plan = FaultPlan.each_once(seed, start, end, kinds=ALL_KINDS, times=1)   # more: as above
    plan.attach(telegram)
    task = asyncio.create_task(plan.run(clock.wait_until))    # phones by event time; its owner cancels it
    plan.relent()                                  # phones on for once, and all that is on its way arrives
    plan.calm()                                    # nothing goes wrong any more, phones on: let it settle
    plan.given, plan.carried_out: Counter[Kind]; plan.missing: list[Kind]; plan.report() -> dict for JSON
    Kind: see faultkinds.py; CALL_KINDS, UPDATE_KINDS, PHONE_KINDS, ALL_KINDS

Phones that fail, by hand::

    phone.switch_off() / phone.switch_on(); phone.on; phone.waiting    # acts wait, the view stays as it is
    phone.lag = lambda arrive: ...     # gets each act on its way as a function to call when it arrives
    phone.returns = True               # takes a block back before writing or tapping

Webhook: setWebhook with an http address on the loopback (nothing else is ever reached), secret_token,
max_connections, allowed_updates; ``Telegram(..., webhooks=Webhooks(order="per_chat" | "any", timeout,
first_pause, longest_pause))``; ``telegram.deliverer.attempts`` and ``.delivered``; a method call in the
answer (JSON or form, no uploads) is carried out.

Files: getFile gives what is not over 20 MB, under an address that is good for an hour of event time;
``telegram.intercept_file = async (path) -> Fault | None`` makes downloads go wrong ("error", "reset",
"truncated", or late).

Limits: ``Limits(per_chat, chat_burst, channel_per_minute, bulk_per_second, paid_per_second,
interactive_seconds, real_time=False, bulk_only=False)``, in event time, or with real_time by the wall clock;
``limits.refused``; ``limits.meter`` (BulkMeter, times by the clock of the limits)::

    meter.full(at) / meter.empty(at)               # whoever knows the bot's queue says so
    meter.while_full() -> BulkUse | None           # the use in those times
    meter.longest(gap=1.0) -> BulkUse | None       # ... in the longest stretch without a gap
    meter.used(start, end) -> BulkUse; meter.by_second() -> list[int]
    BulkUse: start, end, messages, share (of what the limit allows), seconds

Accounts of the promises::

    accounts = Accounting(telegram, is_reply=None, late_replies=10.0)   # is_reply(act, call): can it be one?
    accounts.acts -> list[Act]; .act_of_tap(callback_id); .acts_on(chat_id, message_id); .unanswered
    Act: update_id, kind, chat_id, message_id, callback_id, what, at, handed, confirmed, expired,
        answered, replied (Reach.NOT | REFUSED | DONE), heard, .acknowledged, .seen
    accounts.killed(grace=1.0, after=0.2)           # the bot was killed just now
    accounts.in_flight, .perhaps_in_flight -> list[CallRecord]
    accounts.doubles -> list[Double(chat_id, method, first, second, in_flight)]; accounts.summary() -> dict
    CallRecord: carried_out, heard, in_flight, wall, via
    telegram.observe(Observer())                    # queued, handed, gone, called: as it happens

Stricter than the real one, on purpose (the real one forgives, and so hides mistakes). These are errors:
an unknown parameter of a method or an unknown field of a keyboard, a parameter of the wrong type, a method
name in the wrong case, an HTML entity Telegram would show as it is (``&nbsp;``, a bare ``&``), entities out
of the text, more than 8 buttons in a row, an album of one, a tap answered twice, Markdown (not spoken here),
files by URL. Those errors, and a few rare ones about albums, profile texts and menu buttons, are in words of
our own; the ones a bot lives with (entities, lengths, buttons, edits, deletions, taps, chats, blocking,
polling, limits) are in the real one's. Groups are not here.
"""

from rehearsal.telegram.accounting import Accounting, Act, Double, Reach
from rehearsal.telegram.chats import Button, DocumentShown, SentMessage
from rehearsal.telegram.delivering import Deliverer, Webhooks
from rehearsal.telegram.errors import ApiError
from rehearsal.telegram.faultkinds import ALL_KINDS, CALL_KINDS, PHONE_KINDS, UPDATE_KINDS, Kind, Sizes
from rehearsal.telegram.faultplan import FaultPlan
from rehearsal.telegram.faults import Call, DeliveryFault, Fault, Intercept
from rehearsal.telegram.limits import Limits
from rehearsal.telegram.metering import BulkMeter, BulkUse
from rehearsal.telegram.observing import Observer
from rehearsal.telegram.people import Answer, Blocked, Phone
from rehearsal.telegram.places import Channel
from rehearsal.telegram.record import CallRecord, Recorder
from rehearsal.telegram.server import Telegram
from rehearsal.telegram.updates import Pending

__all__ = [
    "ALL_KINDS",
    "CALL_KINDS",
    "PHONE_KINDS",
    "UPDATE_KINDS",
    "Accounting",
    "Act",
    "Answer",
    "ApiError",
    "Blocked",
    "BulkMeter",
    "BulkUse",
    "Button",
    "Call",
    "CallRecord",
    "Channel",
    "Deliverer",
    "DeliveryFault",
    "DocumentShown",
    "Double",
    "Fault",
    "FaultPlan",
    "Intercept",
    "Kind",
    "Limits",
    "Observer",
    "Pending",
    "Phone",
    "Reach",
    "Recorder",
    "SentMessage",
    "Sizes",
    "Telegram",
    "Webhooks",
]
