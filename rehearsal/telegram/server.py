"""The Bot API server: HTTP in, one method carried out, HTTP out, and a record of it."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

from rehearsal.telegram import account, editing, sending
from rehearsal.telegram.errors import WEBHOOK_ACTIVE, ApiError, bad_request, conflict
from rehearsal.telegram.faults import Call, Fault, Intercept
from rehearsal.telegram.files import MAX_UPLOAD, Upload
from rehearsal.telegram.limits import Limits
from rehearsal.telegram.people import Channel, Phone
from rehearsal.telegram.record import CallRecord, Recorder
from rehearsal.telegram.requests import read_call, take_attachments
from rehearsal.telegram.schema import Params, checked
from rehearsal.telegram.updates import MAX_BATCH, MAX_TIMEOUT, Pending, PollerGone
from rehearsal.telegram.world import World

_UPDATES_BEGIN, _UPDATES_END = b'{"ok":true,"result":[', b"]}"

Carry = Callable[[World, Params, dict[str, Upload]], Any]

METHODS: dict[str, Carry] = {
    "getMe": account.get_me,
    "logOut": account.nothing_to_do,
    "close": account.nothing_to_do,
    "setWebhook": account.set_webhook,
    "deleteWebhook": account.delete_webhook,
    "getWebhookInfo": account.get_webhook_info,
    "answerCallbackQuery": account.answer_callback_query,
    "getFile": account.get_file,
    "getChat": account.get_chat,
    "getChatMember": account.get_chat_member,
    "sendChatAction": account.send_chat_action,
    "leaveChat": account.leave_chat,
    "setChatMenuButton": account.set_chat_menu_button,
    "getChatMenuButton": account.get_chat_menu_button,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "copyMessage": sending.copy_message,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "setMyCommands": lambda world, params, _: world.profile.set_commands(params),
    "getMyCommands": lambda world, params, _: world.profile.get_commands(params),
    "deleteMyCommands": lambda world, params, _: world.profile.delete_commands(params),
    "setMyName": lambda world, params, _: world.profile.set_text("name", params),
    "getMyName": lambda world, params, _: world.profile.get_text("name", params),
    "setMyDescription": lambda world, params, _: world.profile.set_text("description", params),
    "getMyDescription": lambda world, params, _: world.profile.get_text("description", params),
    "setMyShortDescription": lambda world, params, _: world.profile.set_text("short_description", params),
    "getMyShortDescription": lambda world, params, _: world.profile.get_text("short_description", params),
}


class Telegram:
    """The local Telegram; the package's docstring describes all of it."""

    def __init__(
        self,
        token: str,
        bot_username: str,
        now: Callable[[], datetime],
        record: Recorder | None = None,
        *,
        bot_name: str = "Bollini",
        seed: int = 0,
        callback_seconds: float = 15.0,
        limits: Limits | None = None,
        intercept: Intercept | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        keep_calls: int = 50_000,
    ) -> None:
        number, _, secret = token.partition(":")
        if not number.isdecimal() or not secret:
            raise ValueError("a bot token is digits, a colon and a secret")
        bot = {
            "id": int(number),
            "is_bot": True,
            "first_name": bot_name,
            "username": bot_username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self._token = token
        self._recorder = record or Recorder()
        self._recorder.keep_secret(token)
        self._recorder.keep_secret(secret)
        self.world = World(
            bot,
            now,
            self._recorder,
            seed=seed,
            callback_seconds=callback_seconds,
            limits=limits,
            monotonic=monotonic,
        )
        self.intercept = intercept
        self.app = web.Application(client_max_size=MAX_UPLOAD + 1_000_000)
        self.app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self.app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self.url = ""
        self.calls_total = 0
        self.calls_by_method: Counter[str] = Counter()
        self.errors: Counter[int] = Counter()
        self._calls: deque[CallRecord] = deque(maxlen=keep_calls)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; returns (and keeps in `url`) "http://HOST:PORT" without a slash at the end."""
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        self.url = f"http://{host}:{bound}"
        return self.url

    async def stop(self) -> None:
        """Let waiting polls return, stop listening, close the files. Calling it twice is harmless."""
        self.world.updates.close()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        self._recorder.close()

    def phone(
        self,
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        language_code: str | None = "it",
        username: str | None = None,
    ) -> Phone:
        """The phone of this person; made at the first call, the same one afterwards."""
        if user_id not in self.world.phones:
            if user_id <= 0:
                raise ValueError("a user id is positive")
            self.world.phones[user_id] = Phone(
                self.world, user_id, first_name, last_name, language_code, username
            )
        return self.world.phones[user_id]

    def channel(self, channel_id: int, title: str = "Regia", username: str | None = None) -> Channel:
        """The channel with this id; made at the first call, with the bot as its administrator."""
        if channel_id not in self.world.channels:
            if channel_id >= 0:
                raise ValueError("a channel id is negative")
            self.world.channels[channel_id] = Channel(self.world, channel_id, title, username)
        return self.world.channels[channel_id]

    @property
    def phones(self) -> Mapping[int, Phone]:
        """All phones by user id."""
        return self.world.phones

    @property
    def calls(self) -> Sequence[CallRecord]:
        """The calls of the bot, oldest first."""
        return self._calls

    @property
    def updates_total(self) -> int:
        """How many updates were ever queued."""
        return self.world.updates.total

    def pending_updates(self) -> list[dict[str, Any]]:
        """The updates the bot has not confirmed, oldest first."""
        return self.world.updates.pending()

    @property
    def version(self) -> int:
        """Grows with every change in any chat."""
        return self.world.changes.version

    async def changed(self, after: int, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - the API
        """Wait until anything is newer than `after`; False when `timeout` wall seconds pass first."""
        return await self.world.changes.changed(after, timeout)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        at = self.world.now()
        params: Params = {}
        uploads: dict[str, Upload] = {}
        try:
            if request.match_info["token"] != self._token:
                raise ApiError(401, "Unauthorized")
            raw, uploads = await read_call(request)
            if uploads:
                take_attachments(raw, uploads)
            params = raw
            params = checked(method, raw)
            if self.intercept is not None:
                chat_id = params.get("chat_id")
                call = Call(method, params, chat_id if isinstance(chat_id, int) else None, at)
                fault = await self.intercept(call)
                if fault is not None:
                    return await self._with_fault(fault, call, uploads, request)
            result, body = await self._carry_out(method, params, uploads, request)
            self._keep(CallRecord(at, method, _described(params, uploads), 200, True, result))
            return web.Response(body=body, content_type="application/json")
        except ApiError as error:
            return self._refuse(at, method, _described(params, uploads), error)
        except (PollerGone, ConnectionError):
            # The bot is gone, killed perhaps: nobody hears an answer, and there was no whole call.
            return web.Response()
        except Exception:
            # A mistake of this server: aiohttp answers 500 and logs it, and it must not go uncounted.
            described = _described(params, uploads)
            self._keep(CallRecord(at, method, described, 500, False, None, "Internal Server Error"))
            raise

    async def _carry_out(
        self, method: str, params: Params, uploads: dict[str, Upload], request: web.Request
    ) -> tuple[Any, bytes]:
        """(what to record as the result, the whole body of the answer)."""
        if method == "getUpdates":
            batch = await self._poll(params, request)
            bodies = b",".join([update.body for update in batch])
            return [update.id for update in batch], _UPDATES_BEGIN + bodies + _UPDATES_END
        result = METHODS[method](self.world, params, uploads)
        return result, b'{"ok":true,"result":' + orjson.dumps(result) + b"}"

    async def _poll(self, params: Params, request: web.Request) -> list[Pending]:
        if self.world.webhook:
            raise conflict(WEBHOOK_ACTIVE)
        limit = params.get("limit", MAX_BATCH)
        if not 1 <= limit <= MAX_BATCH:
            raise bad_request("limit must be between 1 and 100")
        self.world.updates.allow(params.get("allowed_updates"))
        timeout = min(max(0.0, params.get("timeout", 0)), MAX_TIMEOUT)
        return await self.world.updates.poll(
            params.get("offset", 0), limit, timeout, lambda: request.transport is not None
        )

    async def _with_fault(
        self, fault: Fault, call: Call, uploads: dict[str, Upload], request: web.Request
    ) -> web.StreamResponse:
        params = dict(call.params)
        described = _described(params, uploads)
        result, body = None, b""
        if fault.carry_out or fault.answer not in {"error", "reset"}:
            result, body = await self._carry_out(call.method, params, uploads, request)
        if fault.delay > 0:
            await asyncio.sleep(fault.delay)
        if fault.answer == "error":
            error = ApiError(fault.status, fault.description, fault.retry_after)
            return self._refuse(call.at, call.method, described, error, fault="error")
        if fault.answer == "reset":
            self._keep(CallRecord(call.at, call.method, described, 0, False, None, "reset", "reset"))
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.answer == "truncated":
            body = body[: len(body) // 2]
        elif fault.answer == "duplicated" and call.method == "getUpdates" and result:
            inside = body[len(_UPDATES_BEGIN) : -len(_UPDATES_END)]
            body = _UPDATES_BEGIN + inside + b"," + inside + _UPDATES_END
        self._keep(CallRecord(call.at, call.method, described, 200, True, result, None, fault.answer))
        return web.Response(body=body, content_type="application/json")

    def _refuse(
        self, at: datetime, method: str, described: Params, error: ApiError, fault: str | None = None
    ) -> web.Response:
        self._keep(CallRecord(at, method, described, error.code, False, None, error.description, fault))
        body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
        if error.retry_after is not None:
            body["parameters"] = {"retry_after": error.retry_after}
        return web.Response(status=error.code, body=orjson.dumps(body), content_type="application/json")

    def _keep(self, call: CallRecord) -> None:
        self.calls_total += 1
        self.calls_by_method[call.method] += 1
        if not call.ok:
            self.errors[call.status] += 1
        self._calls.append(call)
        self._recorder.call(call)

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._token:
            raise web.HTTPUnauthorized
        found = self.world.files.by_path(request.match_info["path"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found.data, content_type=found.mime_type)


def _described(params: Params, uploads: dict[str, Upload]) -> Params:
    """The parameters as recorded: every file as {"file", "bytes", "sha256"}, attached ones by name."""
    if not uploads:
        return params
    described = {name: v.described() if isinstance(v, Upload) else v for name, v in params.items()}
    attached = {f"attach://{name}": v.described() for name, v in uploads.items() if name not in params}
    return described | attached
