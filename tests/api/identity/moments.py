"""Moments, a password, and what a refused entry says."""

from datetime import UTC, datetime, timedelta

import pytest

from geo.faults import BadInputError

NOW = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
PASSWORD = "给水管 since 1998"  # noqa: S105 - of no real account


def after(**spans):
    return NOW + timedelta(**spans)


def codes_of(call, *args, **kwargs):
    """Return the codes of the faults that a call is refused with; each says both languages and a mend."""
    with pytest.raises(BadInputError) as refused:
        call(*args, **kwargs)
    for fault in refused.value.faults:
        assert fault.zh
        assert fault.en
        assert fault.mend_zh
        assert fault.mend_en
    return [fault.code for fault in refused.value.faults]
