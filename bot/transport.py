"""The HTTP client under python-telegram-bot: aiohttp and orjson.

Through the library's public seam `BaseRequest`; about six times the taps of its own client on the same
machine (200 to 1,170 a second). The address of a request holds the token, so no error of ours repeats it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram._utils.types import ODVInput
    from telegram.request import RequestData

READ_TIMEOUT = 20.0
CONNECT_TIMEOUT = 10.0


class AiohttpRequest(BaseRequest):
    """One pool of connections to the Bot API server; how each call ended is counted in `metrics`."""

    def __init__(self, connections: int, metrics: Metrics | None = None) -> None:
        self._connections = connections
        self._metrics = metrics or Metrics()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where the call says nothing else."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60.0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get_updates(
        self,
        base_url: str,
        offset: int | None,
        limit: int,
        timeout: int,  # noqa: ASYNC109 - the server's timeout, not ours
        allowed: Sequence[str],
    ) -> list[Any]:
        """Updates as JSON. The library's own method reads all of a batch or, for one it cannot read, none.

        Raises `TelegramError`.
        """
        given = {"limit": limit, "timeout": timeout, "allowed_updates": orjson.dumps(allowed).decode()}
        if offset is not None:
            given["offset"] = offset
        found = await self.post(
            f"{base_url}/getUpdates?{urlencode(given)}", read_timeout=timeout + READ_TIMEOUT
        )
        if not isinstance(found, list):
            message = "the server's answer was no list of updates"
            raise TelegramError(message)
        return found

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """An answer of the server. Raises `NetworkError` when it is no JSON object: it was cut off."""
        try:
            parsed = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            message = "the server's answer was no JSON"
            raise NetworkError(message) from error
        if not isinstance(parsed, dict):
            message = "the server's answer was no JSON object"
            raise NetworkError(message)
        return parsed

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call: (HTTP status, body). Connecting has a bound of ours; writing and the pool have none."""
        if self._session is None:
            message = "the connection to Telegram is closed"
            raise NetworkError(message)
        reading = read_timeout if isinstance(read_timeout, int | float) else READ_TIMEOUT
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT, sock_read=reading)
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout
            ) as response:
                answer = response.status, await response.read()
        except TimeoutError:
            self._count(url, request_data, None)
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            self._count(url, request_data, None)
            # `from None` and the kind alone: the text of such an error may hold the address.
            message = f"Telegram could not be reached ({type(error).__name__})"
            raise NetworkError(message) from None
        self._count(url, request_data, answer[0])
        return answer

    def _count(self, url: str, request_data: RequestData | None, status: int | None) -> None:
        method, press = url.partition("?")[0].rpartition("/")[2], None
        if method == "answerCallbackQuery" and request_data is not None:
            # Of these alone: each look encodes all parameters anew, and others' are large.
            press = request_data.json_parameters.get("callback_query_id")
        self._metrics.called(method, status, press)


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form
