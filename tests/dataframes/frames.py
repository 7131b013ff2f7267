# SPDX-License-Identifier: Apache-2.0
"""How a client of the DataFrames door sends and reads frames."""

import io
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

PARQUET = "application/vnd.apache.parquet"


class Frames:
    def __init__(self, api):
        self.api = api

    def upload(self, dataframe, name, expect=200, headers=None, **fields):
        """`dataframe`: a frame goes as its records' text, anything else as it is."""
        if isinstance(dataframe, pd.DataFrame):
            dataframe = dataframe.to_json(orient="records")
        answer = self.api.post("/dataframes/upload", json={"dataframe": dataframe, "dataframe_name": name} | fields,
                               headers=headers)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def path(self, name):
        return "/dataframes/" + quote(name)

    def records(self, name, expect=200, **query):
        answer = self.api.get(self.path(name), params=query)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def load(self, name, **query):
        return pd.DataFrame(self.records(name, **query))

    def save_parquet(self, table, name, expect=200, headers=None, **query):
        if isinstance(table, pd.DataFrame):
            table = pa.Table.from_pandas(table)
        body = io.BytesIO()
        pq.write_table(table, body, coerce_timestamps="us")
        return self.save_bytes(body.getvalue(), name, expect, headers, **query)

    def save_bytes(self, body, name, expect=200, headers=None, **query):
        answer = self.api.post(self.path(name), data=body, params=query, headers={"Content-Type": PARQUET} | (headers or {}))
        assert answer.status_code == expect, f"{answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def parquet(self, name, expect=200, headers=None, **query):
        return self.api.get(self.path(name), params=query, headers={"Accept": PARQUET} | (headers or {}), expect=expect)

    def load_table(self, name, **query):
        return pq.read_table(io.BytesIO(self.parquet(name, **query).content))

    def list(self, **query):
        return self.api.get("/dataframes", params=query, expect=200).json()["dataframes"]
