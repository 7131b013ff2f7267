# SPDX-License-Identifier: Apache-2.0
"""A client of the shape that older clients of a DataFrame store have: records up, records down. Scripts written for these run with
another import; new ones are better off with :class:`boathouse.Client`, which keeps dtypes, the index and versions."""

from __future__ import annotations

import json
from typing import Any, Mapping

import pandas as pd

from boathouse import _params
from boathouse._http import Transport, from_environment


class DataFrameClient:
    """`DataFrameClient(api_url, user=, password=)` or `DataFrameClient(api_url, auth_token=)`; `region` is taken and ignored.

    >>> old = boathouse.DataFrameClient(os.environ["BOATHOUSE_URL"], auth_token=os.environ["BOATHOUSE_TOKEN"])
    >>> told = old.load_dataframe(pd.DataFrame({"id": [1, 2], "value": [100, 200]}), "my-project/dataset1", columns_keys={"id": "ID"})
    >>> told["total_rows"]
    2
    >>> old.get_dataframe("my-project/dataset1")["value"].tolist()
    [100, 200]
    """

    def __init__(self, api_url: str, user: str | None = None, password: str | None = None, auth_token: str | None = None,
                 region: str | None = None):
        if not auth_token and not (user and password):
            raise ValueError("Either auth_token or user/password required")
        url, credentials = from_environment(api_url, auth_token, None if auth_token else user, None if auth_token else password)
        self.api_url = url.rstrip("/")
        self._http = Transport(url, credentials)

    def load_dataframe(self, df: pd.DataFrame | str | Mapping[str, Any], dataframe_name: str, columns_keys: Mapping[str, str] | None = None,
                       external_key: str = "NOW", keep_last: bool = False) -> dict[str, Any]:
        """Uploads a frame (or JSON of one, or a dict of columns) as records; the server's answer. `keep_last` replaces what is stored
        under this key."""
        body = {"dataframe": _records(df), "dataframe_name": dataframe_name, "columns_keys": dict(columns_keys or {}),
                "external_key": external_key, "keep_last": keep_last}
        return self._http.request("POST", "/dataframes/upload", json=body).json()  # type: ignore[no-any-return]

    # The name that some of these clients have for it.
    post_dataframe = load_dataframe

    def get_dataframe(self, dataframe_name: str, external_key: str | None = None, use_last: bool = False) -> pd.DataFrame:
        """A frame's rows: of one key or of all, with `use_last` those of the last upload only."""
        asked = {"external_key": external_key, "use_last": "true" if use_last else None}
        answer = self._http.request("GET", _params.frame_path(dataframe_name), params=asked, headers={"Accept": "application/json"})
        return pd.DataFrame(json.loads(answer.content))


def _records(df: Any) -> str:
    if isinstance(df, str):
        return df
    if not isinstance(df, (pd.DataFrame, Mapping)):
        raise ValueError("df must be DataFrame, JSON string, or dictionary")
    frame = df if isinstance(df, pd.DataFrame) else pd.DataFrame.from_dict(dict(df))
    return str(frame.to_json(orient="records"))
