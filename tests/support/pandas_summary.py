# SPDX-License-Identifier: Apache-2.0
"""What the flow tracker says of a dataset, computed by pandas: the oracle of summaries."""

import io
import math

import pandas as pd

FIGURES = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]


def expected_summary(csv):
    """{column: {figure: value}}, number columns first. Columns whose values are no text to pandas count as their text in the file."""
    frame = pd.read_csv(io.StringIO(csv), low_memory=False)
    words = pd.read_csv(io.StringIO(csv), low_memory=False, dtype=object)
    numbers = frame.select_dtypes(include=["number"])
    summary = {name: numbers[name].describe().to_dict() for name in numbers.columns}
    for name in frame.columns:
        if name not in summary:
            summary[name] = text_figures(words[name].dropna().astype(object).map(str).str)
    return summary


def text_figures(text):
    figures = {
        "avg_length": text.len().mean(),
        "avg_words": text.split(" ").str.len().mean(),
        "avg_capitals": text.count("[A-Z]").mean(),
        "avg_symbols": text.count(r"[^a-zA-Z0-9\s]").mean(),
    }
    return {name: float(value) for name, value in figures.items()}


def is_same(ours, theirs):
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    return ours == theirs or abs(ours - theirs) <= 1e-9 * max(abs(ours), abs(theirs)) < math.inf


def differences(ours, theirs):
    """The figures that are not the same, as readable lines."""
    if list(ours) != list(theirs):
        return [f"columns {list(ours)} and {list(theirs)}"]
    lines = []
    for column, figures in theirs.items():
        if list(ours[column]) != list(figures):
            lines.append(f"{column}: {ours[column]} and {figures}")
            continue
        lines += [f"{column} {name}: {ours[column][name]!r} and {value!r}" for name, value in figures.items() if not is_same(ours[column][name], value)]
    return lines
