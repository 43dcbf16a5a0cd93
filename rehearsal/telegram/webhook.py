"""The methods about the webhook; delivering.py does the delivering."""

import re
from typing import Any
from urllib.parse import urlsplit

from rehearsal.telegram.errors import bad_request
from rehearsal.telegram.files import Upload
from rehearsal.telegram.schema import Params
from rehearsal.telegram.world import World

DEFAULT_CONNECTIONS = 40
MAX_CONNECTIONS = 100
MAX_SECRET = 256
PORTS = {80, 88, 443, 8443}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SECRET = re.compile(r"[A-Za-z0-9_-]*")


def set_webhook(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method setWebhook; without url it is deleteWebhook. A waiting poll ends with 409."""
    url = params.get("url", "")
    if url:
        _check_address(url)
    secret = params.get("secret_token", "")
    if len(secret) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= params.get("max_connections", DEFAULT_CONNECTIONS) <= MAX_CONNECTIONS:
        raise bad_request(f"max_connections must be between 1 and {MAX_CONNECTIONS}")
    if secret:
        world.recorder.keep_secret(secret)
    if params.get("drop_pending_updates"):
        world.updates.drop()
    world.updates.allow(params.get("allowed_updates"))
    world.webhook = {key: value for key, value in params.items() if key != "certificate"} if url else {}
    world.webhook_error = None
    if url:
        world.updates.interrupt("terminated by setWebhook request")
    world.webhook_changed()
    return True


def delete_webhook(world: World, params: Params, _uploads: dict[str, Upload]) -> bool:
    """The method deleteWebhook."""
    if params.get("drop_pending_updates"):
        world.updates.drop()
    world.webhook = {}
    world.webhook_error = None
    world.webhook_changed()
    return True


def get_webhook_info(world: World, _params: Params, _uploads: dict[str, Upload]) -> dict[str, Any]:
    """The method getWebhookInfo."""
    info: dict[str, Any] = {
        "url": world.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if world.webhook:
        info["max_connections"] = world.webhook.get("max_connections", DEFAULT_CONNECTIONS)
        if is_local(info["url"]):
            info["ip_address"] = "127.0.0.1"
        if world.webhook.get("allowed_updates"):
            info["allowed_updates"] = world.webhook["allowed_updates"]
        if world.webhook_error is not None:
            info["last_error_date"], info["last_error_message"] = world.webhook_error
    return info


def is_local(url: str) -> bool:
    """Whether it is http on the loopback: all that this server ever delivers to."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if is_local(url):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
