# SPDX-License-Identifier: Apache-2.0
"""Progress bars of long transfers: only on a terminal, and only past what takes a moment."""

from __future__ import annotations

import contextlib
import sys
from typing import Callable, Iterator

LONG = 8 << 20  # bytes from which a transfer shows a bar

Advance = Callable[[int], None]


@contextlib.contextmanager
def bar(wanted: bool | None, what: str, total: int | None, size: int | None = None) -> Iterator[Advance]:
    """Yields what to call with each piece's bytes. `wanted`: None means on a terminal. `size`: what the transfer is about, where
    its total is not known."""
    shown = sys.stderr.isatty() if wanted is None else wanted
    if not shown or wanted is None and (total or size or 0) < LONG:
        yield lambda _: None
        return
    from tqdm.auto import tqdm
    with tqdm(desc=what, total=total, unit="B", unit_scale=True, unit_divisor=1024, leave=False) as shown_bar:
        yield lambda piece: None if shown_bar.update(piece) else None
