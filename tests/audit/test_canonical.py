from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.audit.canonical import (
    UnfitPayload,
    canonical_json,
    canonical_moment,
    chain_hash,
    check_payload,
    text_digest,
)

scalars = st.none() | st.booleans() | st.integers() | st.text(alphabet="abc £é\u202e😀", max_size=20)
payloads = st.dictionaries(
    st.text(max_size=5), st.recursive(scalars, lambda inner: st.lists(inner, max_size=3))
)


@given(payloads)
def test_a_payload_has_one_spelling_whatever_the_order_it_was_given_in(payload: dict[str, object]) -> None:
    backwards = dict(reversed(payload.items()))
    assert canonical_json(payload) == canonical_json(backwards)
    assert canonical_json(payload).isascii()


@pytest.mark.parametrize(
    "value",
    [1.5, {"a": 0.1}, b"x", object(), {"a": [1, {"b": 2.0}]}, {1: 2}, "x" * 201, "to ann@example.org now"],
)
def test_a_payload_with_a_fraction_an_address_or_long_text_is_refused(value: object) -> None:
    with pytest.raises(UnfitPayload):
        check_payload(value)


def test_a_moment_is_spelled_in_utc_with_microseconds() -> None:
    summer = datetime(2011, 6, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    assert canonical_moment(summer) == "2011-06-01T08:00:00.000000Z"
    assert canonical_moment(datetime(2011, 6, 1, 8, 0, 0, 7, tzinfo=UTC)) == "2011-06-01T08:00:00.000007Z"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(UnfitPayload):
        canonical_moment(datetime(2011, 6, 1, 9, 0))  # noqa: DTZ001 - that is the point.


def test_a_hash_depends_on_the_text_and_on_the_hash_before() -> None:
    assert chain_hash("0" * 64, "{}") != chain_hash("1" * 64, "{}")
    assert chain_hash("0" * 64, "{}") != chain_hash("0" * 64, "{ }")


def test_equal_texts_have_different_digests_under_different_salts() -> None:
    assert text_digest("a", "yes") != text_digest("b", "yes")
