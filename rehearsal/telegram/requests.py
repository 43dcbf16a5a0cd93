"""From an HTTP request to the raw parameters and files of a call, in every way Telegram takes them."""

from typing import Any

import orjson
from aiohttp import web
from aiohttp.multipart import BodyPartReader, MultipartReader

from rehearsal.telegram.errors import ApiError, bad_request
from rehearsal.telegram.files import MAX_UPLOAD, Upload

_FORM = "application/x-www-form-urlencoded"
_NO_TYPE = "application/octet-stream"


async def read_call(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """(parameters, uploads by part name); an upload whose part is a parameter stands in both."""
    raw: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method != "POST" or not request.can_read_body:
        return raw, uploads
    kind = request.content_type
    try:
        if kind == _FORM:
            raw |= _form(await request.read())
        elif kind == "application/json":
            raw |= _json_object(await request.read())
        elif kind == "multipart/form-data":
            await _read_parts(await request.multipart(), raw, uploads)
        elif await request.read() and kind != _NO_TYPE:
            raise bad_request(f"content type {kind} is not supported")
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except (ValueError, RuntimeError):
        # What aiohttp's reader of multipart bodies raises when there is none to read.
        raise bad_request("can't parse the multipart body") from None
    return raw, uploads


def read_body(body: bytes, kind: str) -> dict[str, Any]:
    """The call in the answer to a webhook, as JSON or as a form; empty when there is none."""
    try:
        if kind == _FORM:
            return dict(_form(body))
        return _json_object(body) if kind == "application/json" and body.strip() else {}
    except ApiError:
        return {}


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = (part.partition(b"=") for part in body.split(b"&") if part)
        return {_unquoted(name): _unquoted(value) for name, _, value in pairs}
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _unquoted(part: bytes) -> str:
    part = part.replace(b"+", b" ")
    if b"%" in part:
        # As "\\x41" for a codec written in C: a keyboard is one escape after another, and unquote() is slow.
        part = part.replace(b"\\", b"\\\\").replace(b"%", b"\\x").decode("unicode_escape").encode("latin-1")
    return part.decode()


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse request body as JSON") from None
    if not isinstance(value, dict):
        raise bad_request("can't parse request body as a JSON Object")
    return value


async def _read_parts(reader: MultipartReader, raw: dict[str, Any], uploads: dict[str, Upload]) -> None:
    size = 0
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise bad_request("can't parse the multipart body")
        data = bytes(await part.read(decode=True))
        size += len(data)
        if size > MAX_UPLOAD:
            raise ApiError(413, "Request Entity Too Large")
        if part.filename is not None:
            uploads[part.name] = Upload(part.filename, data)
            raw[part.name] = uploads[part.name]
        else:
            try:
                raw[part.name] = data.decode()
            except UnicodeDecodeError:
                raise bad_request("strings must be encoded in UTF-8") from None


def take_attachments(raw: dict[str, Any], uploads: dict[str, Upload]) -> None:
    """Parts that are only referred to (attach://NAME) are no parameters: take them out of `raw`."""
    text = " ".join(str(value) for value in raw.values() if not isinstance(value, Upload))
    for name in uploads:
        if f"attach://{name}" in text and isinstance(raw.get(name), Upload):
            del raw[name]
