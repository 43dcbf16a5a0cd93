"""The command line: `bollini COMMAND`, or `python -m bot COMMAND`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "run": "run the bot (settings: BOLLINI_TOKEN and others, see README)",
    "check": "check an event file: every mistake at once, or a summary",
    "invite": "make one-time links for facilitators and the regia",
    "print": "make what goes on paper: posters, ballots, the strategies, cards with one-time links",
    "import-suggestions": "bring in the answers of the online form, a CSV file, as suggestions",
    "rehearse": "play a whole event on a local Telegram, with a simulated crowd",
    "faults": "rehearse with everything going wrong, and count the promises that broke",
    "backup": "copy the database into a file and check the copy, also while the bot runs",
    "health": "ask the bot running here how it is; the exit status says it too",
    "summary": "write everything counted in a database as JSON",
    "verify": "draw again what was drawn among tied strategies, and say whether it agrees",
}
"""Each is a module of `bot/commands` with `add_arguments(parser)`, `run(arguments) -> status`; `-` is `_`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; returns the exit status.

    Only the module of the command given is imported: checking a file needs neither Telegram nor charts.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = argparse.ArgumentParser(
        prog="bollini", description="A Telegram bot through which a room plans together."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        if name in given[:1]:
            module = import_module(f"bot.commands.{name.replace('-', '_')}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    parsed = parser.parse_args(given)
    status: int = parsed.run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
