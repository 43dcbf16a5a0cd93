"""`make themes`: the themes found in labelled contributions, and how near they come to the labels.

    python -m tests.themes.measure [FILE]

The number of themes is found, not given. A leftover counts as a theme of its own. The lexical baseline is
told the number of themes in the labels. The last line is JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from participation import themes
from participation.embedding import EmbeddingUnavailableError, embed
from tests.themes.labelled import (
    HELD_OUT,
    Labelled,
    adjusted_rand_index,
    by_shared_words,
    read,
    v_measure,
)

SHARED = Path(__file__).parents[2] / "../shared/themes/dev.tsv"


def measure(path: Path) -> dict[str, float]:
    """Print the themes found in a labelled file, and give the figures."""
    labelled = read(path)
    vectors = embed([each.text for each in labelled.said])
    found = themes.grouped(labelled.said, vectors)
    shown = themes.described(found, labelled.said, vectors)
    text = {each.key: " ".join(each.text.split()) for each in labelled.said}
    print(
        f"{path.name}: {len(labelled.said)} contributions, {len(set(labelled.labels))} themes in the labels"
    )
    for theme, description in zip(found, shown, strict=True):
        kind = "leftover" if theme.leftover else f"{len(theme.members)} contributions"
        print(f"\n{description.label or '-'} ({kind})")
        print(f"    {', '.join(description.keywords) or '-'}")
        for key in theme.members:
            print(f"    - {text[key]}")
    place = {key: number for number, theme in enumerate(found) for key in theme.members}
    return figures(labelled, [place[each.key] for each in labelled.said])


def figures(labelled: Labelled, found: list[int]) -> dict[str, float]:
    """How near the found themes come to the labels, and how near shared words come."""
    labels = labelled.labels
    words = by_shared_words(labelled.said, len(set(labels))) if labels else []
    return {
        "contributions": len(labels),
        "themes_found": len(set(found)),
        "ari": round(adjusted_rand_index(labels, found), 3),
        "v_measure": round(v_measure(labels, found), 3),
        "baseline_ari": round(adjusted_rand_index(labels, words), 3),
        "baseline_v_measure": round(v_measure(labels, words), 3),
    }


def main(arguments: list[str]) -> int:
    """Measure the file named, else the shared one, else the repository's own that no choice was made by."""
    if arguments:
        paths = [Path(arguments[0])]
    elif SHARED.exists():
        paths = [SHARED]
    else:
        print("No file named: these are the labelled sets of the repository, tests/themes/held_out.")
        paths = list(HELD_OUT)
    try:
        each = [measure(path) for path in paths]
    except (OSError, UnicodeDecodeError, ValueError, EmbeddingUnavailableError) as error:
        print(f"themes: {error}", file=sys.stderr)
        return 1
    for path, found in zip(paths, each, strict=True):
        print(f"\n{path.name}: " + ", ".join(f"{name} {value}" for name, value in found.items()))
    if len(each) > 1:
        print("\nOf several files: contributions and themes together, the rest on average.")
    summed = {"contributions", "themes_found"}
    print(
        json.dumps(
            {
                name: sum(found[name] for found in each)
                if name in summed
                else round(sum(found[name] for found in each) / len(each), 3)
                for name in each[0]
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
