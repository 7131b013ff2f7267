# SPDX-License-Identifier: Apache-2.0
"""Summaries of datasets, each figure beside pandas'."""

import warnings

import pytest

from flows.datasets import DATASETS, random_dataset
from support.flows import signed_up
from support.pandas_summary import differences, expected_summary

RANDOM = 40


@pytest.fixture(scope="module")
def owner(house):
    return signed_up(house)


def summary_of(owner, csv):
    owner.count = getattr(owner, "count", 0) + 1
    fid = owner.flow(f"summary {owner.count}")
    status, body = owner.upload(fid, csv)
    assert status == 201, body
    status, summary = owner.summary(fid)
    assert status == 200, summary
    return summary


def expect_same(owner, csv):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = expected_summary(csv)
    assert differences(summary_of(owner, csv), expected) == []


@pytest.mark.parametrize("name", DATASETS)
def test_a_summary_is_that_of_pandas(owner, name):
    expect_same(owner, DATASETS[name])


@pytest.mark.parametrize("seed", range(RANDOM))
def test_a_summary_of_random_words_is_that_of_pandas(owner, seed):
    expect_same(owner, random_dataset(seed))


@pytest.mark.parametrize("csv", ["", "\n \n", "a,b\n1,2\n1,2,3\n", 'a,b\n1,"2\n'])
def test_what_pandas_cannot_read_is_refused(owner, csv):
    with pytest.raises(ValueError):
        expected_summary(csv)
    fid = owner.flow(f"refused {csv!r}")
    status, body = owner.upload(fid, csv)
    assert (status if status != 201 else owner.summary(fid)[0]) == 400, body
