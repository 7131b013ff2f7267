# SPDX-License-Identifier: Apache-2.0
"""Profiles as pictures."""

import xml.etree.ElementTree as ET

import pytest

SVG = "{http://www.w3.org/2000/svg}"


def plot(client, table, expect=200, **query):
    answer = client.get(client.table_path(table, "/profile/plot"), params=query, expect=expect)
    if expect != 200:
        return answer
    assert answer.headers["Content-Type"] == "image/svg+xml" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    picture = ET.fromstring(answer.content)
    assert picture.tag == SVG + "svg" and picture.get("role") == "img" and picture.get("aria-label") == picture.find(SVG + "title").text
    return picture


def bars(picture, look):
    return [one for one in picture.iter(SVG + "rect") if one.get("class") == look]


def words(picture):
    return [one.text for one in picture.iter(SVG + "text")]


def test_a_histogram_has_a_bar_for_each_bin_with_rows(admin, table):
    admin.post_rows(table, "n\n" + "".join(f"{i}\n" for i in range(100)) + "1000\n")
    picture = plot(admin, table, kind="histogram", column="N")
    assert len(bars(picture, "bar")) == 3 and {"0", "1000"} <= set(words(picture))
    heights = [float(bar.get("height")) for bar in bars(picture, "bar")]
    assert max(heights) <= 220.1 and heights[0] > heights[-1] >= 1


def test_texts_show_their_frequent_values(admin, table):
    admin.post_rows(table, "t\nred\nred\nblue\n")
    picture = plot(admin, table, kind="histogram", column="t")
    assert len(bars(picture, "bar")) == 2 and {"red", "blue"} <= set(words(picture))


def test_missing_and_correlation(admin, table):
    admin.post_rows(table, "a,b,c\n1,2,\n2,3,x\n3,5,\n4,1,\n")
    missing = plot(admin, table, kind="missing")
    assert len(bars(missing, "back")) == 3 and len(bars(missing, "gap")) == 1 and "75 %" in words(missing)
    assert len(bars(plot(admin, table, kind="correlation"), "back")) == 4


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "a&b", "]]>", "ünï 👍🏽", "x" * 300])
def test_names_and_values_stay_words(admin, table, text):
    admin.post_rows(table, [{text[:100]: text, "n": 1, "m": 2}, {text[:100]: "y", "n": 2, "m": 1}], "application/x-ndjson")
    for query in ({"kind": "histogram", "column": text[:100]}, {"kind": "missing"}, {"kind": "correlation"}):
        picture = plot(admin, table, **query)
        assert {one.tag.removeprefix(SVG) for one in picture.iter()} <= {"svg", "title", "style", "text", "rect", "line"}


def test_nothing_to_show_is_a_picture_too(admin, table):
    admin.put_contract(table, ["n DOUBLE", "t STRING"])
    for query in ({"kind": "histogram", "column": "n"}, {"kind": "histogram", "column": "t"}, {"kind": "missing"}, {"kind": "correlation"}):
        assert words(plot(admin, table, **query))


def test_wrong_requests(admin, table):
    admin.post_rows(table, "n\n1\n")
    plot(admin, table, expect=400)
    plot(admin, table, expect=400, kind="pie")
    plot(admin, table, expect=400, kind="histogram")
    plot(admin, table, expect=400, kind="missing", column="n")
    plot(admin, table, expect=404, kind="histogram", column="nosuch")
