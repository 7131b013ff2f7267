# SPDX-License-Identifier: Apache-2.0
"""CSV datasets as people have them and as nobody wants them: DATASETS, each with a name, and random ones."""

import random

import numpy as np
import pandas as pd

MISSING = ["", "-1.#IND", "1.#QNAN", "1.#IND", "-1.#QNAN", "#N/A N/A", "#N/A", "N/A", "n/a", "NA", "<NA>", "#NA", "NULL", "null", "NaN", "-NaN", "nan", "-nan", "None"]


def column(*words):
    """A dataset of one column beside a row number, so that no line is blank."""
    return "row,x\n" + "".join(f"{i},{word}\n" for i, word in enumerate(words))


def of(frame, **options):
    return frame.to_csv(index=False, **options)


def made(rows=2000):
    rng = np.random.default_rng(8)
    return pd.DataFrame({
        "id": np.arange(rows), "whole": rng.integers(-10**6, 10**6, rows), "normal": rng.normal(0, 1, rows), "tiny": rng.random(rows) * 1e-300,
        "huge": rng.random(rows) * 1e300, "skewed": rng.lognormal(0, 5, rows), "few": rng.integers(0, 3, rows), "flag": rng.random(rows) < 0.5,
        "day": pd.date_range("2020-01-01", periods=rows).strftime("%Y-%m-%d"), "word": rng.choice(["alpha", "Beta", "GAMMA delta", "Ünï-cödé"], rows)})


def gapped():
    frame = made().astype(object)
    rng = np.random.default_rng(9)
    return frame.mask(rng.random(frame.shape) < 0.2)


def wide(columns=500):
    rng = random.Random(10)
    names = ",".join(f"c{i}" for i in range(columns))
    rows = [",".join(rng.choice([str(i), f"{rng.random():.4f}", "", f"text {i}"]) if i % 3 else str(rng.randint(0, 99)) for i in range(columns)) for _ in range(40)]
    return names + "\n" + "\n".join(rows) + "\n"


def long(rows=200_000):
    """Several blocks; `late` turns out to be text only in its last row."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"n": np.arange(rows), "x": rng.normal(5, 2, rows).round(4), "late": np.arange(rows).astype(str), "gap": np.where(np.arange(rows) % 7, "12.5", "")})
    frame.loc[rows - 1, "late"] = "Total: 1"
    return of(frame)


DATASETS = {
    "whole numbers": column(1, 2, 3, 4, 5, 6, 7),
    "one row": column(5),
    "one text row": column("Hello World"),
    "all missing": "a,b\n,NA\nNaN,\nnull,None\n",
    "one column of missing words": column(*MISSING),
    "missing words among numbers": column(*(word for pair in zip(MISSING, range(len(MISSING))) for word in pair)),
    "missing words among text": column(*(word for pair in zip(MISSING, ["na", "Na", "none", "NAN"] * 5) for word in pair)),
    "constant": column(*[3.5] * 100),
    "constant with much before the point": column(*[1e15 + 0.25] * 50),
    "huge and tiny": column("1e308", "1e-308", "5e-324", "-1e308", "0"),
    "sums past a double": column("1e308", "1e308", "1e308"),
    "infinities": column("inf", "1", "2", "3", "4"),
    "both infinities": column("inf", "-inf", "1", "Infinity", "-INFINITY", "+inf"),
    "only infinity": column("inf", "inf", "inf"),
    "numbers past a double": column("1e309", "1"),
    "int64's ends": column(2**63 - 1, -2**63, 0, 1),
    "uint64": column(2**64 - 1, 2**63, 0, 7),
    "uint64 with a minus": column(2**64 - 1, -1),
    "uint64 with a gap": column(2**64 - 1, "", 3),
    "uint64 with a fraction": column(2**64 - 1, 1.5),
    "past uint64": column(2**64, 1),
    "a fraction, then past uint64": column(1.5, 2**64),
    "ids of 19 digits": column(*(10**18 + i for i in range(30))),
    "gaps make int64 floats": column(*(str(i) if i % 3 else "" for i in range(50))),
    "ways to write numbers": column("1", "+1", "1.", ".5", "-.5", "1e5", "1E-5", "1.e3", "007", "-0", "3.14159265358979312345", " 4", "5 ", "\t6", "0.1e1"),
    "ways not to write numbers": column("1_000", "0x10", "1e", "--1", "1 2", "12:30", "1,5".join('""'), "$5", "5%", "٣"),
    "booleans": column("True", "False", "TRUE", "false", "true"),
    "booleans with gaps": column("True", "", "False", "NA"),
    "booleans and numbers": column("True", "1", "0", "False"),
    "numbers and text": column("1", "2.5", "three", "4", "n/a"),
    "dates and times": "day,at\n2024-01-31,2024-01-31T10:00:00Z\n2023-02-28,2023-02-28 11:12:13.5\n,\n",
    "blanks": column("a  b", " lead", "trail ", "tab\there", "   ", "no-break\u00a0space", "em\u2003space", "ideographic\u3000space", "line\u2028end"),
    "unit separators": column("a\x1cb\x1dc\x1ed\x1fe", "\x0b\x0c", "\x85", "\u200bzero", "\ufeffmark"),
    "unicode": column("Ünïcödé", "日本語 テキスト", "ÀÉÎ ABC", "Ελλάδα", "кириллица", "e\u0301 combining", "𝒜𝓑 astral", "👩‍👩‍👧 family", "İstanbul ß"),
    "symbols": column("a@b.c", "#1!", "(x)[y]{z}", "back\\slash", "tilde~`^", "under_score-dash", "quote'", "1.000,00".join('""')),
    "quotes": 'row,x\n1,"a,b"\n2,"say ""hi"""\n3,"line\nbreak"\n4,""\n5,"NA"\n6,"a"b\n7,a"b"\n8," ""q"" "\n9,"crlf\r\nbreak"\n',
    "quoted numbers": 'row,x\n1,"1"\n2,"2.5"\n3,""\n',
    "names in quotes": '"a,b","line\nbreak","say ""x"""\n1,2,3\n',
    "names twice": "a,a,a.1,a,b,b\n1,2,3,4,5,6\n",
    "names that are missing": ",a,,Unnamed: 2\n1,2,x,4\n",
    "names of all kinds": "1,2.5,true, x ,Ünï,日本,NA,nan\n1,2,3,4,5,6,7,8\n",
    "crlf": "a,b\r\n1,x\r\n2,y\r\n",
    "cr": "a,b\r1,x\r2,y\r",
    "byte order mark": "\ufeffa,b\n1,x\n",
    "byte order mark and quotes": '\ufeff"a","b"\n1,x\n',
    "blank lines": "\n  \na,b\n\n1,x\n \t\n2,y\n\n\n",
    "short rows": "a,b,c\n1\n2,x\n3,y,z\n,\n",
    "no line end at the end": "a,b\n1,x\n2,y",
    "an index of its own": "a,b\n0,1,x\n1,2,y\n2,3\n",
    "one column": "x\n1\n2\n\n3\n",
    "one column of text": 'x\nA b\n""\n"C"\n',
    "cancelling out": column(*(sign * 10**e for e in range(16) for sign in (1, -1)), 1),
    "nearly constant": column(*(1e9 + i * 1e-3 for i in range(1000))),
    "made of everything": of(made()),
    "with gaps": of(gapped()),
    "all in quotes": of(made(300), quoting=1),
    "500 columns": wide(),
    "several blocks": long(),
}

WORDS = ["", "NA", "nan", "NULL", "1", "-1", "0", "+3", " 4", "5 ", "1.5", ".5", "2.", "1e3", "inf", "-inf", "True", "false", "x", "hello world", "A B  C", "é", "日本 語", "𝒜𝓑", "e\u0301",
         "a\u00a0b", "\x1c", "10%", "$5", "a-b_c", str(2**63 - 1), str(2**63), str(2**64 - 1), str(2**64), "1e308", "-1e308", "5e-324", "2024-01-01", "1_000", "0x1F", "-", ".", " ", "007", "1e",
         '"a,b"', '"a\nb"', '"say ""hi"""', '""', '"NA"', '"12"', '"x"y', '"x"y"z"', 'a"b']
NAMES = ["a", "b", "a", "a.1", "", "x y", "Ünï", '"q,q"', "Unnamed: 0"]


def random_words(rng):
    kind = rng.random()
    if kind < 0.25:
        return [str(rng.randint(-1000, 1000)) for _ in range(50)] + rng.choice([[], [""]])
    if kind < 0.5:
        return [repr(rng.gauss(0, 10**rng.randint(-5, 15))) for _ in range(50)] + rng.choice([[], ["NA"]])
    if kind < 0.65:
        return [str(2**rng.randint(60, 65) + rng.randint(-5, 5)) for _ in range(6)] + rng.choice([[], ["-1"], [""], ["1.5"]])
    if kind < 0.75:
        return ["True", "False"] + rng.choice([[], [""], ["x"]])
    return WORDS


def random_dataset(seed):
    rng = random.Random(seed)
    columns = [random_words(rng) for _ in range(rng.choice([1, 2, 3, 5, 8]))]
    lines = [",".join(rng.choice(NAMES) for _ in columns)]
    for _ in range(rng.choice([1, 2, 3, 9, 50, 300])):
        row = [rng.choice(words) for words in columns]
        lines.append(",".join(row[:rng.randint(1, len(row))] if rng.random() < 0.03 else row))
        if rng.random() < 0.03:
            lines.append(rng.choice(["", " ", "\t "]))
    end = rng.choice(["\n", "\n", "\r\n"])
    return end.join(lines) + rng.choice(["", end])
