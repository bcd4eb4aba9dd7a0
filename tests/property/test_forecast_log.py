"""No single change of a forecast log goes unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.records import Anchor
from tests.unit.accuracy.forecast_cases import make_log, verify_bytes

N_HOURS = 6


@pytest.fixture(scope="module")
def log_bytes(tmp_path_factory):
    return make_log(tmp_path_factory.mktemp("log"), N_HOURS).path.read_bytes()


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_flipped_byte_is_found(log_bytes, place, change):
    data = bytearray(log_bytes)
    index = int(place * len(data))
    data[index] ^= change
    problem = verify_bytes(bytes(data)).problem
    assert problem is not None
    assert problem.offset <= index


def test_every_byte_of_the_last_record_counts(log_bytes):
    start = log_bytes.rindex(b"\n", 0, -1) + 1
    for index in range(start, len(log_bytes)):
        data = bytearray(log_bytes)
        data[index] ^= 1
        assert not verify_bytes(bytes(data)).is_sound, index


@given(place=st.floats(0, 1), added=st.binary(min_size=1, max_size=20))
def test_put_in_bytes_are_found(log_bytes, place, added):
    index = int(place * len(log_bytes))
    assert not verify_bytes(log_bytes[:index] + added + log_bytes[index:]).is_sound


@given(place=st.floats(0, 1, exclude_max=True), length=st.integers(1, 5000))
def test_taken_out_bytes_are_found(log_bytes, place, length):
    index = int(place * len(log_bytes))
    left = log_bytes[:index] + log_bytes[index + length :]
    report = verify_bytes(left)
    whole = verify_bytes(log_bytes)
    # What is left may be a shorter log that is sound: only an anchor tells.
    assert not report.is_sound or log_bytes.startswith(left)
    assert not verify_bytes(left, [Anchor(0, whole.head_sequence, whole.head_hash)]).is_sound


@given(order=st.lists(st.integers(0, N_HOURS), max_size=N_HOURS + 3))
def test_dropped_repeated_and_reordered_records_are_found(log_bytes, order):
    lines = log_bytes.splitlines(keepends=True)
    report = verify_bytes(b"".join(lines[index] for index in order))
    assert report.is_sound == (order == list(range(len(order))) and bool(order))
