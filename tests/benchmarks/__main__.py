"""Measures what tests cannot promise: `make bench`, or `make bench ARGS="limits spread"` for some of it.

Each module beside this one is a program of its own, whose last line is one JSON object with what it measured,
"kept" among it, and which exits 1 when what was required was not seen. Here they run one after the other.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """The command line."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names)}; all when none is given")
    parser.add_argument("--times", type=int, default=1, help="how often each")
    given = parser.parse_args()
    if not set(given.names) <= set(names):
        parser.error(f"there is {', '.join(names)}")
    kept = [
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode == 0  # noqa: S603 - names of ours
        for name in given.names or names
        for _ in range(given.times)
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
