# SPDX-License-Identifier: Apache-2.0
"""What a contract promises, value by value: the strict text of each type and every rule, through POST .../rows."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.api import NDJSON, PARQUET

# type: (texts that are taken, as SQL shows them), texts that are not
TEXTS = {
    "INTEGER": ({"0": "0", "-1": "-1", "+7": "7", "007": "7", "2147483647": "2147483647", "-2147483648": "-2147483648"},
                ["2147483648", "-2147483649", "1.0", "1e3", " 1", "1 ", "0x10", "1_000", "--1", "+", "x", "\u0661"]),
    "BIGINT": ({"9223372036854775807": "9223372036854775807", "-9223372036854775808": "-9223372036854775808"},
               ["9223372036854775808", "-9223372036854775809", "1.0", "1e3"]),
    "DOUBLE": ({"1": "1.0", "-1.5": "-1.5", "1e3": "1000.0", "1.5E-3": "0.0015", "NaN": "nan", "Infinity": "inf",
                "-Infinity": "-inf"},
               ["1.", ".5", "+1", "01", "nan", "inf", "infinity", "1e", "0x1p3", "1 ", "--1", "1_0"]),
    "DECIMAL(6,2)": ({"1.5": "1.50", "-1234.56": "-1234.56", "+1": "1.00", "9999.99": "9999.99", "0": "0.00"},
                     ["1.500", "10000.00", "10000", "1e2", "1,5", "NaN", " 1"]),
    "BOOLEAN": ({"true": "true", "FALSE": "false", "True": "true", "1": "true", "0": "false"}, ["yes", "t", "2", "01", " true"]),
    "DATE": ({"2024-02-29": "2024-02-29", "0001-01-01": "0001-01-01", "9999-12-31": "9999-12-31"},
             ["2023-02-29", "2024-2-9", "20240229", "2024-02-29T00:00:00", "2024-13-01", "29.02.2024", " 2024-02-29"]),
    "TIME": ({"12:34:56": "12:34:56", "00:00:00": "00:00:00", "23:59:59.999999": "23:59:59.999999"},
             ["24:00:00", "1:02:03", "12:34:56Z", "12:60:00", "12:34:56.1234567"]),
    "TIMESTAMP": ({"2024-06-01T12:00:00": "2024-06-01 12:00:00", "2024-06-01T12:00:00.123456": "2024-06-01 12:00:00.123456"},
                  ["2024-06-01 12:00:00", "2024-06-01", "2024-06-01T12:00:00.1234567", "2024-06-31T00:00:00"]),
    "TIMESTAMPTZ": ({"2024-06-01T12:00:00Z": "2024-06-01 12:00:00+00", "2024-06-01T12:00:00+02:00": "2024-06-01 10:00:00+00"},
                    ["2024-06-01T12:00:00", "2024-06-01 12:00:00Z", "2024-06-01", "2024-06-01T12:00:00.1234567Z"]),
    "ISO_DATE": ({"2024-06-01T12:00:00Z": "2024-06-01 12:00:00+00"},
                 ["2024-06-01T12:00:00.5Z", "2024-06-01T12:00:00+00:00", "2024-06-01T12:00:00", "2021-02-29T00:00:00Z"]),
    "UUID": ({"123e4567-e89b-12d3-a456-426614174000": "123e4567-e89b-12d3-a456-426614174000"}, ["123e4567", "x" * 36]),
    "BINARY": ({"aGk=": "hi", "": None}, ["aGk", "a!k=", "%%%%"]),
    "JSON": ({'{"a": 1}': None, "[1]": None, "1": None, '"x"': None}, ["{", "nope", "{'a':1}", "1 2"]),
    "STRING": ({"x": "x", " kept ": " kept ", "NULL": "NULL", "船": "船"}, []),
}


def csv_of(rows):
    return "".join(",".join('"' + str(v).replace('"', '""') + '"' for v in row) + "\n" for row in rows)


@pytest.mark.parametrize("kind", TEXTS)
def test_only_the_strict_text_of_a_type_is_taken(admin, table, kind):
    good, bad = TEXTS[kind]
    good = {text: shown for text, shown in good.items() if text}
    admin.put_contract(table, ["n INTEGER", f"v {kind}"])
    rows = list(enumerate(list(good) + bad))
    answer = admin.post_rows(table, "n,v\n" + csv_of(rows)).json()
    assert answer["rows_accepted"] == len(good), answer["rejected"]
    rejected = {row["data"]["v"]: [(r["column"], r["rule"]) for r in row["reasons"]] for row in answer["rejected"]}
    assert rejected == {text: [("v", "type")] for text in bad}
    shown = "decode(v)" if kind == "BINARY" else "v::VARCHAR"
    stored = dict(admin.sql(f"SELECT n, {shown} FROM {table}"))
    for number, (text, value) in enumerate(good.items()):
        if value is not None:
            assert stored[number] == value, text
    if kind == "JSON":
        assert [json.loads(stored[n]) for n in sorted(stored)] == [json.loads(text) for text in good]


# rule: the column's settings, values that pass, values that do not
RULES = {
    "required": ("STRING", {"required": True}, ["x"], [""]),
    "min": ("INTEGER", {"min": 3}, ["3", "4"], ["2", "-3"]),
    "max": ("INTEGER", {"max": 3}, ["3", "-4"], ["4"]),
    "min of a date": ("DATE", {"min": "2024-01-01"}, ["2024-01-01"], ["2023-12-31"]),
    "max of a decimal": ("DECIMAL(6,2)", {"max": "9.50"}, ["9.50", "-1"], ["9.51"]),
    "pattern": ("STRING", {"pattern": "[a-c]+"}, ["abc", "a"], ["abcd", "xabc", "a\nb"]),
    "values": ("STRING", {"values": ["red", "green"]}, ["red", "green"], ["Red", "blue", "red "]),
    "values of numbers": ("INTEGER", {"values": [1, 2]}, ["1", "+2"], ["3"]),
    "min_length": ("STRING", {"min_length": 2}, ["ab", "船船"], ["a", "船"]),
    "max_length": ("STRING", {"max_length": 2}, ["ab", "船船"], ["abc", "船船船"]),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_rejects_what_breaks_it(admin, table, rule):
    kind, settings, good, bad = RULES[rule]
    admin.put_contract(table, ["n INTEGER", {"name": "v", "type": kind} | settings])
    rows = list(enumerate(good + bad))
    # Unquoted where it can be: an empty unquoted field is missing.
    body = "".join(f'{n},"{v}"\n' if "\n" in v else f"{n},{v}\n" for n, v in rows)
    answer = admin.post_rows(table, "n,v\n" + body).json()
    assert answer["rows_accepted"] == len(good), answer["rejected"]
    assert [[(r["column"], r["rule"]) for r in row["reasons"]] for row in answer["rejected"]] == \
        [[("v", rule.split(" ")[0])]] * len(bad)
    assert [row["row"] for row in answer["rejected"]] == list(range(len(good) + 1, len(rows) + 1))


def test_every_reason_of_a_row_is_told(admin, table):
    admin.put_contract(table, ["id INTEGER required", {"name": "age", "type": "INTEGER", "min": 0},
                               {"name": "code", "type": "STRING", "pattern": "[A-Z]{3}", "max_length": 3}])
    answer = admin.post_rows(table, "id,age,code\n,x,abcd\n1,2,ABC\n").json()
    assert (answer["rows_received"], answer["rows_accepted"], answer["rows_rejected"]) == (2, 1, 1)
    row = answer["rejected"][0]
    assert row["row"] == 1
    assert {(r["column"], r["rule"]) for r in row["reasons"]} == \
        {("id", "required"), ("age", "type"), ("code", "pattern"), ("code", "max_length")}
    assert all(r["message"] for r in row["reasons"])
    assert row["data"]["age"] == "x" and row["data"]["code"] == "abcd"


def test_a_default_fills_what_is_missing_before_required_is_asked(admin, table):
    admin.put_contract(table, ["id INTEGER", {"name": "colour", "type": "STRING", "required": True, "default": "red"}])
    answer = admin.post_rows(table, [{"id": 1}, {"id": 2, "colour": None}, {"id": 3, "colour": "blue"}],
                             content_type=NDJSON).json()
    assert answer["rows_rejected"] == 0
    assert admin.sql(f"SELECT id, colour FROM {table} ORDER BY id") == [(1, "red"), (2, "red"), (3, "blue")]


def test_unique_holds_in_the_batch_and_against_the_table(admin, table):
    admin.put_contract(table, ["id INTEGER", {"name": "email", "type": "STRING", "unique": True}], key=["id"])
    first = admin.post_rows(table, "id,email\n1,a@x\n2,a@x\n3,\n4,\n").json()
    assert first["rows_accepted"] == 3
    assert [(row["row"], row["reasons"][0]["rule"]) for row in first["rejected"]] == [(2, "unique")]
    second = admin.post_rows(table, "id,email\n5,a@x\n6,b@x\n").json()
    assert (second["rows_accepted"], second["rejected"][0]["reasons"][0]["rule"]) == (1, "unique")
    # An upsert does not collide with the row that it replaces.
    third = admin.post_rows(table, "id,email\n1,a@x\n", mode="upsert").json()
    assert third["rows_rejected"] == 0


def test_of_equal_values_the_first_otherwise_accepted_row_is_kept(admin, table):
    admin.put_contract(table, ["id INTEGER required", {"name": "email", "type": "STRING", "unique": True}])
    answer = admin.post_rows(table, "id,email\nx,a@x\n2,a@x\n3,a@x\n").json()
    assert admin.sql(f"SELECT id FROM {table}") == [(2,)]
    assert [row["row"] for row in answer["rejected"]] == [1, 3]


def test_a_format_reads_dates_in_it(admin, table):
    admin.put_contract(table, ["n INTEGER", {"name": "d", "type": "DATE", "format": "%d.%m.%Y"}])
    answer = admin.post_rows(table, "n,d\n1,29.02.2024\n2,2024-02-29\n3,31.04.2024\n").json()
    assert [row["row"] for row in answer["rejected"]] == [2, 3]
    assert admin.sql(f"SELECT d::VARCHAR FROM {table}") == [("2024-02-29",)]


# Values as JSON and Parquet give them

@pytest.mark.parametrize("kind, value, taken", [
    ("INTEGER", 5, True), ("INTEGER", 5.0, True), ("INTEGER", 5.5, False), ("INTEGER", 2 ** 31, False),
    ("BIGINT", 2 ** 63 - 1, True), ("BIGINT", 2 ** 63, False),
    ("DECIMAL(6,2)", 1.5, True), ("DECIMAL(6,2)", 1.505, False), ("DECIMAL(6,2)", 10000, False),
    ("BOOLEAN", True, True), ("STRING", "x", True), ("DOUBLE", 1e308, True),
    ("DATE", "2024-02-29", True), ("DATE", "2023-02-29", False),
])
def test_json_values_are_judged_by_value(admin, table, kind, value, taken):
    admin.put_contract(table, ["n INTEGER", f"v {kind}"])
    answer = admin.post_rows(table, [{"n": 1, "v": value}], content_type="application/json").json()
    assert answer["rows_accepted"] == (1 if taken else 0), answer
    if not taken:
        assert [(r["column"], r["rule"]) for r in answer["rejected"][0]["reasons"]] == [("v", "type")]


@pytest.mark.parametrize("kind, column, bad_rows", [
    ("INTEGER", pa.array([1, 2 ** 40, None], pa.int64()), [2]),
    ("INTEGER", pa.array([1.0, 1.5, None], pa.float64()), [2]),
    ("DECIMAL(6,2)", pa.array([1.5, 1.505, None], pa.float64()), [2]),
    ("STRING", pa.array(["a", "b", None]), []),
    ("DOUBLE", pa.array([1, 2, None], pa.int32()), []),
])
def test_parquet_values_are_judged_by_value(admin, table, kind, column, bad_rows):
    admin.put_contract(table, ["n INTEGER", f"v {kind}"])
    out = io.BytesIO()
    pq.write_table(pa.table({"n": pa.array(range(len(column)), pa.int32()), "v": column}), out)
    answer = admin.post_rows(table, out.getvalue(), content_type=PARQUET).json()
    assert [row["row"] for row in answer["rejected"]] == bad_rows, answer


# Columns that the contract does not know

@pytest.mark.parametrize("content_type, body", [("text/csv", "id,extra\n1,2\n"), (PARQUET, None)])
def test_an_unknown_column_of_a_file_is_400(admin, table, content_type, body):
    admin.put_contract(table, ["id INTEGER"])
    if body is None:
        out = io.BytesIO()
        pq.write_table(pa.table({"id": [1], "extra": [2]}), out)
        body = out.getvalue()
    answer = admin.post_rows(table, body, content_type=content_type, expect=400)
    assert "extra" in answer.text
    assert admin.value(f"SELECT count(*) FROM {table}") == 0


def test_an_unknown_key_rejects_its_row(admin, table):
    admin.put_contract(table, ["id INTEGER"])
    answer = admin.post_rows(table, [{"id": 1}, {"id": 2, "extra": 3}], content_type=NDJSON).json()
    assert answer["rows_accepted"] == 1
    assert [(r["column"], r["rule"]) for r in answer["rejected"][0]["reasons"]] == [("extra", "unknown_columns")]


@pytest.mark.parametrize("unknown", ["reject", "ignore", "add"])
@pytest.mark.parametrize("body, content_type", [(b"ID\n7\n", "text/csv"), (b'{"ID":7}', "application/json")])
def test_column_names_are_compared_without_case(admin, table, unknown, body, content_type):
    admin.put_contract(table, ["id INTEGER"], unknown_columns=unknown)
    answer = admin.post_rows(table, body, content_type).json()
    assert answer["rows_accepted"] == 1
    assert admin.sql(f"SELECT * FROM {table}") == [(7,)]


def test_unknown_columns_can_be_ignored(admin, table):
    admin.put_contract(table, ["id INTEGER"], unknown_columns="ignore")
    admin.post_rows(table, "id,extra\n1,2\n")
    admin.post_rows(table, [{"id": 2, "extra": 3}], content_type=NDJSON)
    assert admin.sql(f"SELECT * FROM {table} ORDER BY id") == [(1,), (2,)]


def test_unknown_columns_can_be_added(admin, table):
    admin.put_contract(table, ["id INTEGER"], unknown_columns="add")
    admin.post_rows(table, "id,extra\n1,2\n")
    admin.post_rows(table, "id\n2\n")
    assert admin.sql(f"SELECT id, extra FROM {table} ORDER BY id") == [(1, 2), (2, None)]


# Empty and missing

def test_empty_fields_are_missing_and_quoted_empty_text_is_text(admin, table):
    admin.put_contract(table, ["id INTEGER", "s STRING", "n INTEGER"])
    answer = admin.post_rows(table, 'id,s,n\n1,,\n2,"",""\n').json()
    assert answer["rows_rejected"] == 0
    assert admin.sql(f"SELECT id, s, n FROM {table} ORDER BY id") == [(1, None, None), (2, "", None)]


# Contracts that are wrong

@pytest.mark.parametrize("columns, fields, words", [
    ([{"name": "a", "type": "INTERGER"}], {}, ["a", "type"]),
    ([{"name": "a"}], {}, ["a", "type"]),
    ([{"type": "INTEGER"}], {}, ["name"]),
    ([{"name": "a", "type": "INTEGER", "min": "x"}], {}, ["a", "min"]),
    ([{"name": "a", "type": "DATE", "max": "2023-02-29"}], {}, ["a", "max"]),
    ([{"name": "a", "type": "INTEGER", "default": "x"}], {}, ["a", "default"]),
    ([{"name": "a", "type": "STRING", "pattern": "("}], {}, ["a", "pattern"]),
    ([{"name": "a", "type": "STRING", "reqired": True}], {}, ["a", "reqired"]),
    (["a INTEGER", "A INTEGER"], {}, ["a"]),
    (["a INTEGER"], {"key": ["b"]}, ["b", "key"]),
    (["a INTEGER"], {"max_row": 3}, ["max_row"]),
    (["a INTEGER"], {"max_rows": 0}, ["max_rows"]),
    (["a INTEGER"], {"unknown_columns": "keep"}, ["unknown_columns"]),
    (["a INTEGER"], {"partition": ["day(a)"]}, ["a", "partition"]),
    (["a INTEGER"], {"partition": ["bucket[0](a)"]}, ["partition"]),
    (["a INTEGER"], {"partition": ["hour(b)"]}, ["b", "partition"]),
    ([], {}, ["column"]),
])
def test_a_wrong_contract_names_the_column_and_the_key(admin, table, columns, fields, words):
    answer = admin.put_contract(table, columns, expect=400, **fields)
    problem = answer.json()
    said = json.dumps(problem).lower()
    assert all(word.lower() in said for word in words), problem
    assert admin.get(admin.table_path(table)).status_code == 404
