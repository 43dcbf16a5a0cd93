"""`bollini health`: how the bot running on this machine is, by its own account."""

from __future__ import annotations

import http.client
import json
import sys
from typing import TYPE_CHECKING

from bot.settings import SettingsError, read_settings

if TYPE_CHECKING:
    import argparse

SECONDS = 8.0
"""How long the bot may take to answer."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - addresses that are asked, not listened on
"""Addresses that mean all of a machine's, and where such a machine is found from itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to show it."""
    parser.add_argument("--json", action="store_true", help="print all that was measured, as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what is not well; 0 when all is, 1 when something is not, 2 when nobody can be asked."""
    try:
        settings = read_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if not settings.health_port:
        print("Set BOLLINI_HEALTH_PORT, here as for the bot: it says where to ask.", file=sys.stderr)
        return 2
    try:
        status, body = _ask(EVERYWHERE.get(settings.health_host, settings.health_host), settings.health_port)
        checks = json.loads(body)["checks"]
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        print(
            f"No bot answers on port {settings.health_port} ({type(error).__name__}). Is it running, and "
            "with the same BOLLINI_HEALTH_PORT?"
        )
        return 1
    if arguments.json:
        print(body.decode().strip())
    else:
        problems = [f"{name}: {check['problem']}" for name, check in checks.items() if not check["ok"]]
        print("\n".join(problems) or "All is well.")
    return 0 if status == http.client.OK else 1


def _ask(host: str, port: int) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
