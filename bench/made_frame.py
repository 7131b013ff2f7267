# SPDX-License-Identifier: Apache-2.0
"""The frame that bench/frames.py and bench/arctic.py keep, each in packages of its own: needs numpy and pandas only."""

import numpy as np
import pandas as pd


def make_frame(rows, seed=1):
    """3 whole numbers, 3 fractions, 2 texts, a timestamp and a category."""
    dice = np.random.default_rng(seed)
    names = np.array([f"customer {k}" for k in range(100_000)], dtype=object)
    cities = np.array([f"city {k}" for k in range(1_000)], dtype=object)
    return pd.DataFrame({
        "id": np.arange(rows), "a": dice.integers(0, 1000, rows), "b": dice.integers(0, 1 << 40, rows),
        "x": dice.random(rows), "y": dice.normal(size=rows), "z": np.round(dice.random(rows) * 100, 2),
        "name": names[dice.integers(0, len(names), rows)], "city": cities[dice.integers(0, len(cities), rows)],
        "at": pd.to_datetime(dice.integers(1_500_000_000_000_000, 1_700_000_000_000_000, rows) * 1000),
        "kind": pd.Categorical(cities[dice.integers(0, 20, rows)])})
