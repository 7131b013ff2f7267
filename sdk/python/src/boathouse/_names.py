# SPDX-License-Identifier: Apache-2.0
"""The names that columns are stored under: text, one of each without ASCII case. A label that is such a name keeps it; of labels
that collide the first keeps it and the others get `A__2`, `A__3`."""

from __future__ import annotations

from typing import Any

MOST_CHARACTERS = 200
RESERVED = ("file_row_number", "_row")  # the server's own, beside the columns


class Names:
    """Gives out stored names, each once."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self._taken = {_folded(name) for name in taken}

    def take(self, wanted: str) -> str:
        """`wanted`, or the first of `wanted__2`, `wanted__3`, .. that is free."""
        name, number = wanted, 1
        while _folded(name) in self._taken:
            number += 1
            name = f"{wanted}__{number}"
        self._taken.add(_folded(name))
        return name


def text_of(label: Any) -> str:
    """What a label is called in storage, before collisions: itself if it is fit text, else readable text of it."""
    if isinstance(label, tuple):
        text = "_".join(text_of(part) for part in label)
    else:
        text = label if isinstance(label, str) else str(label)
    text = "".join("_" if ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF else c for c in text)[:MOST_CHARACTERS]
    return text if text.strip() else "column"


def _folded(name: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)
