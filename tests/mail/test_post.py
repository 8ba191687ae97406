"""Letters on their way are values."""

from datetime import UTC, datetime

import pytest

from mailer.mail.address import Address
from mailer.mail.outcome import Accepted
from mailer.mail.post import Due, Post, Tried
from mailer.mail.retry import Settled

TO = Address("anna@example.org")
NOW = datetime(2020, 9, 11, 10, 0, tzinfo=UTC)
DUE = Due(1, "notice/x/1", "notice", TO, "", "id@b.se", "", b"", tries=0, queued=NOW, inquiry_id=2)


def test_a_letter_belongs_to_no_case_and_no_list_unless_it_says_so() -> None:
    post = Post("notice/x/1", "notice", TO, "", "id@b.se", b"")
    assert (post.token, post.inquiry_id) == ("", None)


@pytest.mark.parametrize(
    ("value", "field"),
    [(DUE, "tries"), (Tried(DUE, "smtp://h:25", Accepted(), Settled("accepted")), "decision")],
)
def test_a_letter_on_its_way_is_never_changed(value: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(value, field, None)
