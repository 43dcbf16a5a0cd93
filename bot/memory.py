"""What the interpreter's collector looks through while the bot runs."""

from __future__ import annotations

import gc


def set_aside() -> None:
    """Let the collector leave alone whatever is there by now: modules, the event, the catalogs.

    It stays until the end, and to look through it again and again held up everything else for 70 ms each
    time; what comes later is looked through in a few. For a process that begins its work.
    """
    gc.collect()
    gc.freeze()
