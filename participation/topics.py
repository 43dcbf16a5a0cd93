"""What announcements are about, where only the newest word counts.

Who could not be reached, or was held up by Telegram, gets the newest about each of these, and not all that
was said meanwhile. What one announcement about a topic told somebody, the next must be told to them, too.
"""

from __future__ import annotations


def priorities(table: str) -> str:
    """The priorities of a table: proposed, standing, confirmed."""
    return f"priorities:{table}"


def at_table(table: str) -> str:
    """What everybody at a table is to do now: the question that is on, the end."""
    return f"now:{table}"
