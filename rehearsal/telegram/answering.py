"""One call of the bot: HTTP in, a method carried out, HTTP out with what goes wrong, and a record of it."""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from aiohttp import web

from rehearsal.telegram.errors import WEBHOOK_ACTIVE, ApiError, bad_request, conflict
from rehearsal.telegram.faults import Call, Fault, Intercept, proxy_page
from rehearsal.telegram.files import Upload
from rehearsal.telegram.methods import METHODS
from rehearsal.telegram.record import CallRecord
from rehearsal.telegram.requests import read_call, take_attachments
from rehearsal.telegram.schema import Params, checked
from rehearsal.telegram.updates import MAX_BATCH, MAX_TIMEOUT, PollerGone
from rehearsal.telegram.world import World

_UPDATES_BEGIN, _UPDATES_END = b'{"ok":true,"result":[', b"]}"
_GONE = "the bot hung up"
_STILL_THERE = 0.05  # wall seconds between looks whether the bot still waits for a late answer


class Desk:
    """Answers the bot's calls and keeps count of them."""

    def __init__(self, world: World, token: str, keep_calls: int) -> None:
        self.intercept: Intercept | None = None
        self.calls: deque[CallRecord] = deque(maxlen=keep_calls)
        self.calls_total = 0
        self.calls_by_method: Counter[str] = Counter()
        self.errors: Counter[int] = Counter()
        self._world = world
        self._token = token

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer to a call."""
        method = request.match_info["method"]
        at = self._world.now()
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
            self._keep(
                at, method, _described(params, uploads), 200, result, heard=request.transport is not None
            )
            return web.Response(body=body, content_type="application/json")
        except ApiError as error:
            return self._refuse(at, method, _described(params, uploads), error)
        except (PollerGone, ConnectionError):
            # The bot is gone, killed perhaps: nobody hears an answer, and there was no whole call.
            return web.Response()
        except Exception:
            # A mistake of this server: aiohttp answers 500 and logs it, and it must not go uncounted.
            described = _described(params, uploads)
            self._keep(at, method, described, 500, None, "Internal Server Error", carried_out=False)
            raise

    async def perform(self, method: str, raw: Mapping[str, Any]) -> None:
        """A call in the answer to a webhook: nobody hears what becomes of it, but the record does."""
        at = self._world.now()
        params: Params = dict(raw)
        try:
            params = checked(method, raw)
            result = METHODS[method](self._world, params, {})
            self._keep(at, method, params, 200, result, heard=False, via="webhook")
        except ApiError as error:
            self._keep(
                at,
                method,
                params,
                error.code,
                None,
                error.description,
                carried_out=False,
                heard=False,
                via="webhook",
            )

    async def _carry_out(
        self, method: str, params: Params, uploads: dict[str, Upload], request: web.Request
    ) -> tuple[Any, bytes]:
        """(what to record as the result, the whole body of the answer)."""
        if method == "getUpdates":
            return await self._poll(params, request)
        result = METHODS[method](self._world, params, uploads)
        return result, b'{"ok":true,"result":' + orjson.dumps(result) + b"}"

    async def _poll(self, params: Params, request: web.Request) -> tuple[list[int], bytes]:
        updates = self._world.updates
        if self._world.webhook:
            raise conflict(WEBHOOK_ACTIVE)
        limit = params.get("limit", MAX_BATCH)
        if not 1 <= limit <= MAX_BATCH:
            raise bad_request("limit must be between 1 and 100")
        updates.allow(params.get("allowed_updates"))
        updates.expire(self._world.now())
        timeout = min(max(0.0, params.get("timeout", 0)), MAX_TIMEOUT)
        batch = await updates.poll(
            params.get("offset", 0), limit, timeout, lambda: request.transport is not None
        )
        for observer in self._world.observers:
            observer.handed(batch)
        bodies = b",".join([update.body for update in batch])
        return [update.id for update in batch], _UPDATES_BEGIN + bodies + _UPDATES_END

    async def _with_fault(
        self, fault: Fault, call: Call, uploads: dict[str, Upload], request: web.Request
    ) -> web.StreamResponse:
        params = dict(call.params)
        described = _described(params, uploads)

        def keep(status: int, result: Any = None, said: str | None = None, **more: bool) -> None:
            self._keep(call.at, call.method, described, status, result, said, fault.label, **more)

        if not await _pause(fault.wait, request):
            keep(0, None, _GONE, carried_out=False, heard=False)
            return web.Response()
        result, body, refused = None, b"", None
        carried_out = fault.carry_out or fault.answer not in {"error", "html", "reset"}
        if carried_out:
            try:
                result, body = await self._carry_out(call.method, params, uploads, request)
            except ApiError as error:
                carried_out, refused, body = False, error, _refusal(error)
        try:
            still_there = await _pause(fault.delay, request)
        except asyncio.CancelledError:
            keep(0, result, _GONE, carried_out=carried_out, heard=False)
            raise
        if not still_there:
            keep(0, result, _GONE, carried_out=carried_out, heard=False)
            return web.Response()
        if fault.answer == "reset":
            keep(0, result, "reset", carried_out=carried_out, heard=False)
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.answer in {"error", "html"}:
            given = ApiError(fault.status, fault.description, fault.retry_after)
            keep(fault.status, result, fault.description, carried_out=carried_out, heard=not carried_out)
            if fault.answer == "error":
                return web.Response(status=given.code, body=_refusal(given), content_type="application/json")
            return web.Response(
                status=fault.status, body=proxy_page(fault.status), content_type="text/html", charset="utf-8"
            )
        status = 200 if refused is None else refused.code
        if fault.answer == "duplicated" and call.method == "getUpdates" and result:
            inside = body[len(_UPDATES_BEGIN) : -len(_UPDATES_END)]
            body = _UPDATES_BEGIN + inside + b"," + inside + _UPDATES_END
        elif fault.answer == "truncated":
            body = body[: len(body) // 2]
        said = None if refused is None else refused.description
        keep(status, result, said, carried_out=carried_out, heard=fault.answer != "truncated")
        return web.Response(status=status, body=body, content_type="application/json")

    def _refuse(self, at: datetime, method: str, described: Params, error: ApiError) -> web.Response:
        self._keep(at, method, described, error.code, None, error.description, carried_out=False)
        return web.Response(status=error.code, body=_refusal(error), content_type="application/json")

    def _keep(
        self,
        at: datetime,
        method: str,
        params: Params,
        status: int,
        result: Any,
        said: str | None = None,
        fault: str | None = None,
        **more: Any,
    ) -> None:
        ok = status == 200  # noqa: PLR2004 - the one status of an answer that is well
        call = CallRecord(
            at, method, params, status, ok, result, said, fault, wall=self._world.monotonic(), **more
        )
        self.calls_total += 1
        self.calls_by_method[method] += 1
        if not ok:
            self.errors[status] += 1
        self.calls.append(call)
        self._world.recorder.call(call)
        for observer in self._world.observers:
            observer.called(call)


async def _pause(seconds: float, request: web.Request) -> bool:
    """Wait; False, soon, when the bot hung up. aiohttp tells of that only who looks."""
    if seconds > 0:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and request.transport is not None:  # noqa: ASYNC110 - see above
            await asyncio.sleep(min(left, _STILL_THERE))
    return request.transport is not None


def refusal(error: ApiError) -> web.Response:
    """An answer that refuses."""
    return web.Response(status=error.code, body=_refusal(error), content_type="application/json")


def _refusal(error: ApiError) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
    return orjson.dumps(body)


def _described(params: Params, uploads: dict[str, Upload]) -> Params:
    """The parameters as recorded: every file as {"file", "bytes", "sha256"}, attached ones by name."""
    if not uploads:
        return params
    described = {name: v.described() if isinstance(v, Upload) else v for name, v in params.items()}
    attached = {f"attach://{name}": v.described() for name, v in uploads.items() if name not in params}
    return described | attached
