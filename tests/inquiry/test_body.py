"""The text of a mail is found among its parts, and what else is attached."""

import pytest

from mailer.inquiry.verdict import Attachment
from tests.inquiry.raw import mail, parts


def test_plain_text_is_preferred_to_html() -> None:
    inquiry = parts("Content-Type: text/html\n\n<p>HTML</p>", "\nklartext", kind="alternative")
    assert inquiry.text == "klartext"
    assert inquiry.attachments == ()


def test_plain_texts_that_a_program_calls_alternatives_are_all_read() -> None:
    html = "Content-Type: text/html\n\n<p>HTML</p>"
    assert parts("\nett", html, "\ntvå", kind="alternative").text == "ett\n\ntvå"


def test_html_is_read_where_the_plain_text_is_blank() -> None:
    inquiry = parts(
        "Content-Type: text/plain\n\n \n",
        "Content-Type: text/html\n\n<p>HTML</p>",
        kind="alternative",
    )
    assert inquiry.text == "HTML"


@pytest.mark.parametrize(
    "stub",
    [
        "Detta meddelande är i HTML-format. Ditt e-postprogram kan inte visa det.",
        "This is an HTML message. View it in your browser.",
    ],
)
def test_html_is_read_where_the_plain_text_only_points_at_it(stub: str) -> None:
    html = "Content-Type: text/html\n\n<p>Lampan</p>"
    assert parts(f"\n{stub}", html, kind="alternative").text == "Lampan"
    assert parts(f"\n{stub}", kind="alternative").text == stub
    assert parts("\nVår nya HTML-kurs", kind="mixed").text == "Vår nya HTML-kurs"


def test_an_alternative_without_any_text_is_blank() -> None:
    assert parts("\n ", kind="alternative").whole == ""


def test_several_texts_are_joined() -> None:
    assert parts("\nett", "Content-Type: image/png\n\nx", "\ntvå").text == "ett\n\ntvå"


def test_only_the_first_part_of_related_ones_is_text() -> None:
    inquiry = parts("\nett", "\ntvå", kind="related")
    assert inquiry.text == "ett"
    assert inquiry.attachments == (Attachment("", "text/plain", 3),)


def test_a_named_text_is_an_attachment_unless_it_comes_first() -> None:
    first = parts('Content-Type: text/plain; name="a.txt"\n\nett', "\ntvå")
    later = parts("\nett", 'Content-Type: text/plain; name="a.txt"\n\ntvå')
    assert first.text == "ett\n\ntvå"
    assert (later.text, later.attachments) == ("ett", (Attachment("a.txt", "text/plain", 3),))


def test_attachments_of_every_sort_are_listed_in_order() -> None:
    inquiry = parts(
        "\nhej",
        "Content-Type: image/png\nContent-Disposition: inline; filename=foto.png\n\nx",
        "Content-Type: application/ms-tnef; name=winmail.dat\n\nxy",
        "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nxyz",
        "Content-Type: message/delivery-status\n\nxyzz",
        "Content-Type: message/rfc822\n\nSubject: inner\n\ninner text",
        "Content-Type: text/plain\nContent-Disposition: attachment\n\nnot text",
    )
    assert inquiry.text == "hej"
    assert [(part.name, part.content_type) for part in inquiry.attachments] == [
        ("foto.png", "image/png"),
        ("winmail.dat", "application/ms-tnef"),
        ("smime.p7s", "application/pkcs7-signature"),
        ("", "message/delivery-status"),
        ("", "message/rfc822"),
        ("", "text/plain"),
    ]
    assert inquiry.attachments[4].size == len("inner text")


def test_the_forwarded_mail_is_the_matter_where_there_is_no_other_text() -> None:
    inquiry = parts(
        "\n ",
        "Content-Type: message/rfc822\n\nSubject: inner\n\nLampan är sönder",
        "Content-Type: message/rfc822\n\nSubject: another\n\nNågot annat",
    )
    assert inquiry.text == "Lampan är sönder"
    assert len(inquiry.attachments) == 2


def test_a_multipart_without_its_boundary_is_text() -> None:
    assert mail("Hej på er", "multipart/mixed").text == "Hej på er"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("en lång \nrad\nny rad", "en lång rad\nny rad"),
        ("> citat \n> mer\nsvar", "> citat mer\nsvar"),
        (">> djupt \n> grunt\n", ">> djupt \n> grunt"),
        ("hej \n-- \nAnna", "hej \n-- \nAnna"),
        (" indraget", "indraget"),
        ("slut ", "slut"),
    ],
)
def test_flowed_lines_are_joined(lines: str, text: str) -> None:
    assert mail(lines, "text/plain; format=flowed").whole == text


def test_the_space_that_only_marks_the_flow_is_deleted_where_asked() -> None:
    assert mail("trygg \nhet", "text/plain; format=flowed; delsp=yes").text == "trygghet"


def test_only_so_much_is_decoded_of_all_texts_together() -> None:
    html = "Content-Type: text/html\n\n" + "<b>" * 30_000 + "{}"
    inquiry = parts(html.format("ett"), html.format("två"), "\ntre")
    assert inquiry.text == "ett\n\ntre"
    long = "x" * 3_000_000 + " "
    assert len(parts("\n" + long, "\n" + long, "\ntre").whole) == 200_000
