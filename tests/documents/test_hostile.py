# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent: never a 5xx, never a wrong value. The classes are those of the usual JSON test suites: what must be taken,
what must be refused, and what each parser decides for itself."""

import json

import pytest

from support.documents import post, post_many
from support.readers import read_with_duckdb, read_with_pyiceberg

ABSENT = None  # no value in the column: the document alone has it

# A value as it is written: what its column holds.
TAKEN = {
    # numbers
    "0": 0, "-0": 0, "-1": -1, "123456789": 123456789, "9223372036854775807": "9223372036854775807",
    "-9223372036854775808": "-9223372036854775808", "0.5": 0.5, "-0.0": 0.0, "1.5e2": 150.0, "1E22": 1e22, "1e-2": 0.01, "0e1": 0.0, "0e+1": 0.0,
    "1e+2": 100.0, "123.456e78": 123.456e78, "4.9e-324": 4.9e-324, "1.7976931348623157e308": 1.7976931348623157e308,
    "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001": -1e-78,
    "0.1000000000000000055511151231257827021181583404541015625": 0.1, "3.141592653589793238462643383279": 3.141592653589793,
    # numbers that no column can hold
    "1e400": ABSENT, "-1e400": ABSENT, "1e99999999999999999999": ABSENT, "1e-400": ABSENT, "123123e100000": ABSENT,
    "9223372036854775808": ABSENT, "-9223372036854775809": ABSENT, "1" * 40: ABSENT, "-" + "9" * 40: ABSENT, "9" * 5000: ABSENT,
    # texts
    '""': "", '" "': " ", '"a"': "a", '"\\u0061\\u30af"': "aク", '"\\"\\\\\\/\\b\\f\\n\\r\\t"': '"\\/\b\f\n\r\t', '"\\u0000"': "\0",
    '"\\u0000a"': "\0a", '"\\uD83D\\ude39"': "😹", '"\\uFFFF"': "\uffff", '"\uffff"': "\uffff", '"\u2028\u2029"': "\u2028\u2029", '"\x7f"': "\x7f",
    '"\U0010ffff"': "\U0010ffff", '"\\uDBFF\\uDFFF"': "\U0010ffff", '"\\u0022"': '"', '"\\u005C"': "\\", '"<script>"': "<script>",
    '"1"': "1", '"true"': "true", '"2024-01-01"': "2024-01-01", '"null"': "null", '"é\u0301"': "é\u0301", "\"'; DROP TABLE x; --\"": "'; DROP TABLE x; --",
    '"a\\u000ab"': "a\nb", '"\\\\u0061"': "\\u0061",
    # the rest
    "true": True, "false": False, "null": ABSENT, "[]": ABSENT, "{}": ABSENT, "[[],{},null]": ABSENT, ' \t"x" ': "x",
}


def test_values_are_kept(admin, table):
    documents = ['{"c%d":%s}' % (n, value) for n, value in enumerate(TAKEN)]
    ids = post_many(admin, table, "\n".join(documents)).json()["data"]["ids"]
    rows = {row[0]: row for row in admin.sql(f"SELECT _id, _document, * EXCLUDE (_id, _document, _rest, _received_at) FROM {table}")}
    assert admin.quarantine(table) == []
    columns = [c["name"] for c in admin.describe(table)["columns"] if not c["name"].startswith("_")]
    for n, (text, value) in enumerate(TAKEN.items()):
        row = rows[ids[n]]
        assert row[1] == documents[n], "byte for byte"
        found = {name: cell for name, cell in zip(columns, row[2:]) if cell is not None}
        assert found == ({} if value is ABSENT else {f"c{n}": value}), text
    location = admin.describe(table)["metadata_location"]
    for there in (read_with_pyiceberg(location), read_with_duckdb(location)):
        assert sorted(there["_document"].to_pylist()) == sorted(documents)
        assert [c for c in there["c%d" % list(TAKEN).index('"\\u0000a"')].to_pylist() if c is not None] == ["\0a"]


NO_VALUES = [
    # numbers
    "+1", "-", "01", "-01", "1.", ".5", "-.5", "1e", "1e+", "1E-", "0x1", "0b1", "1_000", "1,5", "Infinity", "-Infinity", "NaN", "-NaN", "nan", "inf",
    "1e1.5", "1.2.3", "--1", "1-1", "1+2", "１", "-\x00", "0 1", "1eE2", "-2.", "2.e3", "0e", "1/2", "1f",
    # texts
    '"', '"a', "'a'", '"\\x00"', '"\\a"', '"\\"', '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u123g"', '"\\uD83D\\"', '"\\\\"x"', '"\n"', '"\t"', '"\x00"',
    '"\x1f"', '"a" "b"', '"\\U0041"', '"\\ "', "“a”", "a", '"a"b', '"\\ud83d\\u"', "\\u0061",
    # words
    "tru", "True", "TRUE", "nul", "Null", "undefined", "none", "truee", "true false", "nullx", "t", "f", "n",
    # arrays and objects
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1}", "[1:2]", "[]]", "[", "{", "}", "{]", '{"a"}', '{"a":}', '{"a":1,}', "{,}", '{"a" "b"}',
    "{a:1}", "{'a':1}", "{1:1}", "{null:1}", '{"a":1 "b":2}', '{"a"::1}', '{"a":1,,"b":2}', '{"a":1}}', '{"a":[}', '{"a":1/**/}', '{"a":1}//', "(1)", "<a>",
    '{"a":1,"b"}', '{:1}', "[\"a\",\n4\n,1,", "*", ",", ":", "", "#", "\ufeff1", "\u00a01", "\u20281", "\x0c1", "\v1", "\x00", "@", "`a`",
]
NO_BODIES = [
    b"", b" ", b"\n\n", b"\x00", b"null", b"1", b'"a"', b"true", b"[1]", b"[[]]", b"[null]", b'["a"]', b"a=1", b"{}{}", b"{} {}", b"{}x", b"{},", b"x{}",
    b"\xff\xfe{\x00}\x00", b"\xfe\xff\x00{\x00}", b"\x00{\x00}", b"{\x00}\x00",  # UTF-16
    b"\xef\xbb", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf{}",
    b'{"a":"\xff"}', b'{"a":"\xc0\x80"}', b'{"a":"\xe0\x80\x80"}', b'{"a":"\xf0\x80\x80\x80"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xed\xa0\xbd\xed\xb8\xb9"}',
    b'{"a":"\xf4\x90\x80\x80"}', b'{"a":"\xf8\x88\x80\x80\x80"}', b'{"a":"\x80"}', b'{"a":"\xc3"}', b'{"a":"\xe2\x82"}', b'{"\xff":1}', b'{"a":1}\xff', b"\xff{}",
    b"<xml/>", b"---\na: 1", b"\x1f\x8b\x08", b"PAR1", b"{}\x00", b'{"a":1}\r\n\x00',
]


def test_what_is_no_json_is_refused(admin, table):
    bodies = ['{"a":%s}' % value for value in NO_VALUES] + NO_BODIES
    for body in bodies:
        raw = body.encode() if isinstance(body, str) else body
        answers = [post(admin, table, raw, expect=None), post_many(admin, table, raw, expect=None),
                   post_many(admin, table, b'[{"good":1},' + raw + b"]", expect=None, content_type="application/json")]
        if raw.strip():
            answers.append(post_many(admin, table, b'{"good":1}\n' + raw + b"\n{}", expect=None))
        for answer in answers:
            assert answer.status_code == 400, (answer.request.body, answer.text)
            assert answer.json()["success"] is False and answer.json()["error"].startswith("line "), answer.text
    admin.get(f"/table/{table}", expect=404)


def test_what_parsers_decide_for_themselves(admin, table):
    """Taken, byte for byte; half a surrogate pair is no text, so a value with one is a misfit."""
    halves = ['"\\ud800"', '"\\udead"', '"\\uDd1ea"', '"\\uD800\\n"', '"\\uD800\\uD800"', '"\\uDC00\\uD800"', '"a\\ud83d"', '"\\uD800\\u0061"']
    for half in halves:
        post(admin, table, '{"s":"x"}', params={"wait": "true"})
        ident = post(admin, table, '{"s":%s}' % half, params={"wait": "true"}).json()["data"]["id"]
        data = admin.get(f"/table/{table}/object/{ident}", expect=200)
        assert '"stage":"quarantined"' in data.text and '"document":{"s":%s}' % half in data.text
    assert admin.value(f"SELECT count(*) FROM {table} WHERE s <> 'x'") == 0
    bom = post_many(admin, table, b'\xef\xbb\xbf{"s":"bom"}\n').json()["data"]["ids"]
    assert len(bom) == 1 and admin.value(f"SELECT _document FROM {table} WHERE s = 'bom'") == '{"s":"bom"}'


def test_depth_bombs(admin, table):
    for opened in ("[", '{"a":', '[{"a":'):
        for depth in (65, 257, 5_000, 100_000, 300_000):
            bomb = opened * depth
            whole = bomb + "1" + "".join({"[": "]", "{": "}"}[c] for c in reversed(bomb) if c in "[{")
            for body in (bomb, whole, '{"a":' + bomb, '{"a":' + whole + "}"):
                answer = post(admin, table, body, expect=None)
                assert answer.status_code == (413 if len(body) > 1 << 20 else 400), (opened, depth)
                many = post_many(admin, table, "{}\n" + body, expect=None)
                assert many.status_code in (400, 413) and many.json()["success"] is False
    post_many(admin, table, "[" * (30 << 20), expect=400, content_type="application/json")
    admin.get(f"/table/{table}", expect=404)


def test_large_texts(admin, table):
    large = '{"a":"' + "x" * 10_000_000 + '"}'
    assert "1048576" in post(admin, table, large, expect=413).json()["error"]
    answer = admin.post(f"/table/{table}/object", data=iter([large.encode()]), headers={"Content-Type": "application/json"}, expect=413)
    assert answer.json()["success"] is False, "without a length"
    assert "line 2" in post_many(admin, table, "{}\n" + large, expect=413).json()["error"]
    assert post_many(admin, table, "[" + large + "]", expect=413, content_type="application/json").json()["success"] is False
    escaped = '{"a":"' + "\\u0041" * 170_000 + '"}'
    post(admin, table, escaped)
    assert admin.sql(f"SELECT length(a), a = repeat('A', 170000), length(_document) FROM {table}") == [(170_000, True, len(escaped))]


def test_keys_that_come_twice(admin, table):
    """The first is the column's, the others are kept beside it."""
    post_many(admin, table, '{"a":1,"a":2}\n{"a":3,"\\u0061":4,"a":5}\n{"b":{"c":1,"c":2},"b":{"c":3},"b__c":4}\n{"a":null,"a":6}')
    rows = admin.sql(f"SELECT a, b__c, _rest, _document FROM {table} ORDER BY _id")
    assert [row[:2] for row in rows] == [(1, None), (3, None), (None, 1), (6, None)]
    pairs = [json.loads(row[2], object_pairs_hook=list) if row[2] else [] for row in rows]
    assert pairs == [[("a", 2)], [("a", 4), ("a", 5)], [("b__c", 2), ("b__c", 3), ("b__c", 4)], []]
    assert rows[1][3] == '{"a":3,"\\u0061":4,"a":5}'


KEYS = ["a.b", "a__b", "__", "__a", "a__", "a____b", 'a"b', "a'b", "a`b", "a\\b", "a/b", "a{b}", "a[0]", "a,b", "a;--", "$a", "@a", "a:b", "a=b", "a b", " a ", " ", "%",
        "%s", "{}", "😀", "é", "É", "ß", "SS", "\u212a", "k", "\u0130", "i", "\u00a0", "\u200b", "\u202e", "select", "from", "null", "true", "rowid", "filename",
        "file_row_number", "file_index", "ordinality", "json", "columns", "*", "0", "-1", "1e5", "_file", "_pos", "_spec_id", "_partition", "_deleted", "_index",
        "_raw", "id", "data", "version", "metadata", "__proto__", "constructor", "NULL\u0301", "a\u0301", "á", "x" * 1024]
RESTS = ["", "\0", "a\0b", "\x01", "a\nb", "a\tb", "\x7f", "_id", "_ID", "_received_at", "_document", "_rest", "_Rest", "A.B", "ID", "x" * 1025, "ROWID"]


@pytest.mark.parametrize("separate", [False, True], ids=["one document", "a document each"])
def test_odd_keys(admin, table, separate):
    document = {key: n for n, key in enumerate(KEYS + RESTS)}
    sent = [{key: n} for key, n in document.items()] if separate else [document]
    post_many(admin, table, sent)
    assert admin.quarantine(table) == []
    columns = [c["name"] for c in admin.describe(table)["columns"] if c["name"] not in ("_id", "_received_at", "_document", "_rest")]
    # Those that our own checks of rows reserve are kept beside the columns too.
    reserved = set(KEYS) - set(columns)
    assert reserved <= {"_file", "_pos", "_index", "_raw", "_spec_id", "_partition", "_deleted"}, reserved
    assert set(columns) <= set(KEYS)
    rows = admin.sql(f"SELECT {', '.join(chr(34) + c.replace(chr(34), chr(34) * 2) + chr(34) for c in columns)}, _rest FROM {table}")
    assert len(rows) == len(sent)
    found, rests = {}, {}
    for row in rows:
        found |= {name: cell for name, cell in zip(columns, row[:-1]) if cell is not None}
        rests |= json.loads(row[-1] or "{}")
    assert found | rests == document and not found.keys() & rests.keys()
    location = admin.describe(table)["metadata_location"]
    for there in (read_with_pyiceberg(location), read_with_duckdb(location)):
        assert {c: [v for v in there[c].to_pylist() if v is not None] for c in columns} == {c: [document[c]] for c in columns}
        assert sorted(there["_document"].to_pylist()) == sorted(json.dumps(d) for d in sent)


def test_many_levels_of_many_items(admin, table):
    """A small document with as many places as it can have."""
    document = {"a": [[n] * 40 for n in range(100)]}
    post(admin, table, document)
    [(rest,)] = admin.sql(f"SELECT _rest FROM {table}")
    assert len(json.loads(rest)) == 2000 and len(admin.describe(table)["columns"]) == 2004
    assert admin.sql(f"SELECT a__0__0, a__49__39 FROM {table}") == [(0, 49)]
