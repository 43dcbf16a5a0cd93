"""The command line: `bollini COMMAND`, or `python -m bot COMMAND`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot.commands import check, invite, rehearse, run, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {"run": run, "check": check, "invite": invite, "rehearse": rehearse, "summary": summary}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="bollini", description="A Telegram bot through which a room plans together."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        module.add_arguments(subparsers.add_parser(name, help=module.HELP, description=module.HELP))
    parsed = parser.parse_args(arguments)
    status: int = COMMANDS[parsed.command].run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
