# SPDX-License-Identifier: Apache-2.0
"""Columns of Python objects many of whose cells are one and the same object, as are the texts that most readers of files make.
Told apart by where the objects lie: a look at each cell of ten million, anywhere in memory, costs more than writing them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

FEWEST = 1 << 14     # cells: of fewer each is looked at
SAMPLE = 1 << 18     # cells that tell whether it is worth while
MOST = 1 << 17       # objects
MOST_BYTES = 4 << 20  # of their text: every row group of the file gets all of it


@dataclasses.dataclass
class Repeated:
    """A column as the place of each cell among its distinct objects."""
    objects: np.ndarray[Any, Any]
    places: np.ndarray[Any, Any]

    def as_dictionary(self, texts: pa.Array) -> pa.DictionaryArray | None:
        """The column, where `texts` are those of the objects and null where they are none; nothing where they are too long."""
        if texts.nbytes > MOST_BYTES:
            return None
        distinct = texts.dictionary_encode()  # several objects may be the same text
        places = distinct.indices.fill_null(-1).to_numpy()[self.places]
        return pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0 if texts.null_count else None), distinct.dictionary)


def find(cells: np.ndarray[Any, Any]) -> Repeated | None:
    """Nothing where most objects are there only once, or there are few cells."""
    if len(cells) < FEWEST or not cells.flags.c_contiguous:
        return None
    addresses = np.frombuffer(cells, dtype=np.intp)
    if len(pd.unique(addresses[::max(1, len(addresses) // SAMPLE)])) > min(MOST, len(addresses) // 2):
        return None
    places, found = pd.factorize(addresses)
    if len(found) > MOST:
        return None
    somewhere = np.empty(len(found), dtype=np.intp)
    somewhere[places] = np.arange(len(places))
    return Repeated(cells[somewhere], places.astype("int32"))
