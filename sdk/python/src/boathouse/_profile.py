# SPDX-License-Identifier: Apache-2.0
"""Profiles as objects that a notebook shows."""

from __future__ import annotations

import html
from typing import Any, Callable, Mapping, Sequence

Plot = Callable[[str, "str | None"], str]

_FIGURES = ["type", "rows", "missing", "distinct", "min", "mean", "std", "25%", "50%", "75%", "max"]
_STYLE = ("<style>.bh-profile{font-family:system-ui,sans-serif;font-size:13px}.bh-profile table{border-collapse:collapse}"
          ".bh-profile th,.bh-profile td{padding:3px 10px;text-align:right;border-bottom:1px solid rgba(128,128,128,.25)}"
          ".bh-profile th:first-child,.bh-profile td:first-child,.bh-profile .left{text-align:left}"
          ".bh-profile svg{vertical-align:middle}.bh-profile rect{fill:#3b82f6}</style>")


class Profile:
    """What a version's columns are like. `columns` are their figures as a DataFrame, `findings` what there is to say about them;
    `profile["name"]` is all that is known of one column, `told` the server's whole answer."""

    def __init__(self, told: Mapping[str, Any], plot: Plot):
        self.told = told
        self._plot = plot

    @property
    def table(self) -> str:
        return str(self.told["table"])

    @property
    def version(self) -> str | None:
        return self.told["version"]  # type: ignore[no-any-return]

    @property
    def rows(self) -> int:
        return int(self.told["rows"])

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.told["findings"])

    @property
    def columns(self) -> Any:
        """A row for each column, a column for each figure."""
        import pandas as pd
        return pd.DataFrame([_figures(one) for one in self.told["columns"]], index=pd.Index([one["name"] for one in self.told["columns"]], name="column"),
                            columns=_FIGURES)

    @property
    def correlations(self) -> Any:
        """Of the number columns, as pandas' `corr()` gives them."""
        import pandas as pd
        names = self.told["correlations"]["columns"]
        return pd.DataFrame(self.told["correlations"]["matrix"], index=names, columns=names, dtype="float64")

    def __getitem__(self, column: str) -> Mapping[str, Any]:
        return next(one for one in self.told["columns"] if one["name"] == column) if column in self else _no_column(column)

    def __contains__(self, column: object) -> bool:
        return any(one["name"] == column for one in self.told["columns"])

    def plot(self, kind: str = "missing", column: str | None = None) -> "Picture":
        """A picture: "histogram" of a column, "missing" or "correlation"."""
        return Picture(self._plot(kind, column))

    def __repr__(self) -> str:
        return f"<Profile of {self.table!r}, version {self.version}: {self.rows} rows, {len(self.told['columns'])} columns>"

    def _repr_html_(self) -> str:
        cells = "".join(f"<th>{html.escape(one)}</th>" for one in ["column", *_FIGURES, "spread"])
        rows = "".join(_html_row(one) for one in self.told["columns"])
        return (f"{_STYLE}<div class='bh-profile'><b>{html.escape(self.table)}</b> · {self.rows:,} rows · version {html.escape(str(self.version))}"
                f"<table><tr>{cells}</tr>{rows}</table>{_findings_html(self.findings)}</div>")


class ProfileDiff:
    """How the columns of a version differ from those of an earlier one: `drift`, `findings`, and `columns` as a DataFrame."""

    def __init__(self, told: Mapping[str, Any]):
        self.told = told

    @property
    def drift(self) -> bool:
        return bool(self.told["drift"])

    @property
    def findings(self) -> list[dict[str, Any]]:
        return list(self.told["findings"])

    @property
    def columns(self) -> Any:
        import pandas as pd
        named = pd.Index([one["name"] for one in self.told["columns"]], name="column")
        return pd.DataFrame([_changes(one) for one in self.told["columns"]], index=named,
                            columns=["change", "type_from", "type_to", "psi", "ks", "missing_from", "missing_to", "new_values", "vanished_values"])

    def __repr__(self) -> str:
        return f"<ProfileDiff of {self.told['table']!r}: {'drift' if self.drift else 'no drift'}, {len(self.findings)} findings>"

    def _repr_html_(self) -> str:
        header = f"<b>{html.escape(self.told['table'])}</b> · {self.told['from']['version']} → {self.told['to']['version']} · {'drift' if self.drift else 'no drift'}"
        return f"{_STYLE}<div class='bh-profile'>{header}{self.columns.to_html(na_rep='')}{_findings_html(self.findings)}</div>"


class Picture(str):
    """SVG that a notebook draws."""

    def _repr_svg_(self) -> str:
        return str(self)


def _no_column(column: str) -> Mapping[str, Any]:
    raise KeyError(column)


def _figures(column: Mapping[str, Any]) -> dict[str, Any]:
    return {figure: column.get("quantiles", {}).get(figure) if figure.endswith("%") else column.get(figure) for figure in _FIGURES}


def _changes(column: Mapping[str, Any]) -> dict[str, Any]:
    missing = column.get("missing_share", {})
    return dict(column) | {"missing_from": missing.get("from"), "missing_to": missing.get("to"),
                           "new_values": column.get("new_values", {}).get("distinct"),
                           "vanished_values": column.get("vanished_values", {}).get("distinct")}


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return html.escape(text if len(text) <= 24 else text[:23] + "…")


def _html_row(column: Mapping[str, Any]) -> str:
    figures = _figures(column)
    cells = "".join(f"<td>{_words(figures[one])}</td>" for one in _FIGURES)
    return f"<tr><td>{html.escape(column['name'])}</td>{cells}<td class='left'>{_spread(column)}</td></tr>"


def _spread(column: Mapping[str, Any]) -> str:
    if "histogram" in column:
        return _bars(column["histogram"]["counts"])
    return ", ".join(f"{_words(one['value'])} ({one['rows']:,})" for one in column["top"][:3])


def _bars(counts: Sequence[int]) -> str:
    most, width = max([1, *counts]), 120 / len(counts)
    bars = "".join(f"<rect x='{i * width:.1f}' y='{24 - 24 * count / most:.1f}' width='{max(width - 1, 1):.1f}' height='{24 * count / most:.1f}'/>"
                   for i, count in enumerate(counts) if count)
    return f"<svg width='120' height='24' role='img' aria-label='histogram'>{bars}</svg>"


def _findings_html(findings: Sequence[Mapping[str, Any]]) -> str:
    items = "".join(f"<li><b>{html.escape(one['severity'])}</b> {html.escape(one['column'])}: {html.escape(one['message'])}</li>" for one in findings)
    return f"<ul>{items}</ul>" if items else ""
