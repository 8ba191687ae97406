"""Pictures, measured by their first octets."""

from struct import pack

import pytest

from mailer.newsletter.picture import MAX_BYTES, Picture, picture, relinked


def png(width: int = 800, height: int = 450) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + pack(">II", width, height)


def gif(width: int = 800, height: int = 450) -> bytes:
    return b"GIF89a" + pack("<HH", width, height)


def jpeg(width: int = 800, height: int = 450, frame: int = 0xC0) -> bytes:
    about = b"\xff\xe0" + pack(">H", 4) + b"JF"
    return b"\xff\xd8" + about + pack(">BBHBHH", 0xFF, frame, 11, 8, height, width) + b"\x03"


@pytest.mark.parametrize(
    ("content", "kind", "suffix"),
    [
        (png(), "image/png", ".png"),
        (gif(), "image/gif", ".gif"),
        (jpeg(), "image/jpeg", ".jpg"),
        (jpeg(frame=0xC2), "image/jpeg", ".jpg"),
    ],
)
def test_a_picture_is_measured_and_named_by_its_content(
    content: bytes, kind: str, suffix: str
) -> None:
    found = picture(content)
    assert (found.content_type, found.width, found.height) == (kind, 800, 450)
    assert found.name.endswith(suffix)
    assert found == picture(content)
    assert found.name != picture(content + b"\0").name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected JPEG, PNG or GIF"),
        (b"RIFF....WEBP", "expected JPEG, PNG or GIF"),
        (png()[:20], "expected JPEG, PNG or GIF"),
        (gif()[:8], "expected JPEG, PNG or GIF"),
        (jpeg()[:12], "damaged"),
        (b"\xff\xd8" + b"\x00" * 20, "damaged"),
        (jpeg(frame=0xC4), "damaged"),
        (png(0), "is 0 × 450"),
        (png(800, 4001), "at most 4000"),
        (png() + b"\0" * MAX_BYTES, "is 500 kB; expected at most 500 kB"),
    ],
)
def test_what_mail_programs_do_not_show_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        picture(content)


def test_a_page_may_show_pictures_from_elsewhere() -> None:
    one = Picture("1.gif", "image/gif", 1, 1, b"abc")
    html = '<img src="cid:1.gif@kommun.example" />'
    assert one.data_url == "data:image/gif;base64,YWJj"
    found = relinked(html, [one], "kommun.example", lambda each: f"images/{each.name}")
    assert found == '<img src="images/1.gif" />'
