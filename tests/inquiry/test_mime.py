"""A mail's parts are found as mail programs find them."""

from mailer.inquiry.mime import LIMITS, Part, parts_of


def tree(raw: bytes) -> Part:
    root, exceeded = parts_of(raw, LIMITS)
    assert exceeded == ""
    return root


def bodies(raw: bytes) -> list[bytes]:
    return [part.octets for part in tree(raw).children]


MULTIPART = b"Content-Type: multipart/mixed; boundary=b\n\n"


def test_parts_stand_between_the_boundaries() -> None:
    assert bodies(MULTIPART + b"before\n--b\n\none\n--b\n\ntwo\n--b--\nafter") == [b"one", b"two"]


def test_the_last_part_may_lack_its_end() -> None:
    assert bodies(MULTIPART + b"--b\n\none\n--b\n\ntwo") == [b"one", b"two"]
    assert bodies(MULTIPART + b"--b") == [b""]


def test_two_boundaries_in_a_row_hold_an_empty_part() -> None:
    assert bodies(MULTIPART + b"--b\n--b\n\none") == [b"", b"one"]


def test_a_longer_line_is_no_boundary() -> None:
    assert bodies(MULTIPART + b"--b\n\none\n--bc\n--b--") == [b"one\n--bc"]


def test_a_line_need_only_begin_with_the_boundary_where_no_line_is_all_of_it() -> None:
    assert bodies(MULTIPART + b"--b;\n\none\n--b=\n\ntwo\n--b--.\n") == [b"one", b"two"]


def test_an_outer_boundary_ends_the_inner_parts() -> None:
    root = tree(
        MULTIPART
        + b"--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--"
    )
    assert [part.octets for part in root.walk() if not part.children] == [b"one", b"two"]


def test_every_line_end_will_do() -> None:
    text = MULTIPART + b"--b\n\none\n--b--\n"
    for end in (b"\r\n", b"\r", b"\r\r\n"):
        assert bodies(text.replace(b"\n", end)) == [b"one"]


def test_the_body_starts_at_the_first_line_that_is_no_field() -> None:
    root = tree(b"Subject: x\nHej\n\nhopp")
    assert (root.fields, root.octets) == ((("subject", b"x"),), b"Hej\n\nhopp")


def test_lines_of_a_mailbox_file_before_the_header_are_passed_over() -> None:
    assert tree(b"\n\nFrom anna Mon Sep 20\nSubject: x\n\nhej").fields == (("subject", b"x"),)


def test_folded_fields_are_one() -> None:
    assert tree(b"Subject: a\n b\n\tc\n\n").fields == (("subject", b"a\n b\n\tc"),)


def test_the_first_of_two_fields_counts() -> None:
    assert tree(b"Content-Type: text/html\nContent-Type: image/png\n\n").content_type == "text/html"


def test_a_type_that_is_none_is_plain_text() -> None:
    assert tree(b"Content-Type: html\n\n").content_type == "text/plain"


def test_parts_of_a_digest_are_mails() -> None:
    raw = b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nhej\n--b--"
    types = [part.content_type for part in tree(raw).walk()]
    assert types == ["multipart/digest", "message/rfc822", "text/plain"]


def test_an_attached_mail_may_be_encoded() -> None:
    raw = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKaGVq"
    (inner,) = tree(raw).children
    assert (inner.fields, inner.octets) == ((("subject", b"x"),), b"hej")


def test_the_name_is_that_of_the_disposition_first() -> None:
    root = tree(b"Content-Type: a/b; name=x\nContent-Disposition: attachment; filename=y\n\n")
    assert (root.name, root.disposition) == ("y", "attachment")
    assert tree(b"Content-Type: a/b; name=x\n\n").name == "x"
