"""What the text of a mail does not show is named to the leader."""

import pytest

from mailer.inquiry.parse import read
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.verdict import Inquiry

ENVELOPED = bytes.fromhex("30800609" + "2a864886f70d010703").decode("latin-1")
SIGNED = bytes.fromhex("30800609" + "2a864886f70d010702").decode("latin-1")


def single(head: str, body: str = "xxx") -> Inquiry:
    return read(f"Subject: x\n{head}\n\n{body}\n".encode("latin-1"))


def beside(head: str, body: str = "xxx") -> Inquiry:
    parts = f"--b\n\nHej!\n--b\n{head}\n\n{body}\n--b--\n"
    return read(
        f"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n{parts}".encode("latin-1")
    )


@pytest.mark.parametrize(
    ("head", "body", "what"),
    [
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "x", "krypter"),
        ("Content-Type: application/pkcs7-mime", ENVELOPED, "krypter"),
        ("Content-Type: application/octet-stream; name=smime.p7m", ENVELOPED, "krypter"),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data", "x", "signera"),
        ("Content-Type: application/x-pkcs7-mime", SIGNED, "signera"),
        ("Content-Type: application/pgp-encrypted", "Version: 1", "PGP"),
        ("Content-Type: text/plain", "-----BEGIN PGP MESSAGE-----\nx\n", "PGP"),
        ("Content-Type: application/x-microsoft-rpmsg-message", "x", "skyddat"),
        ("Content-Type: application/octet-stream; name=message_v4.rpmsg", "x", "skyddat"),
        ("Content-Type: application/ms-tnef", "x", "winmail.dat"),
        ("Content-Type: application/octet-stream; name=WINMAIL.DAT", "x", "winmail.dat"),
    ],
)
def test_what_hides_the_text_is_named(head: str, body: str, what: str) -> None:
    alone, found = single(head, body), beside(head, body)
    assert what in alone.unreadable
    assert alone.note == ""
    assert what in found.note
    assert (found.text, found.unreadable) == ("Hej!", "")


def test_a_signature_beside_the_text_is_nothing_to_tell() -> None:
    inquiry = beside("Content-Type: application/pkcs7-signature; name=smime.p7s")
    assert (inquiry.note, inquiry.unreadable) == ("", "")


def test_the_text_that_pgp_signs_is_read_without_its_armour() -> None:
    inquiry = single(
        "Content-Type: text/plain",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nLampan är trasig\n- - i trappan\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
    )
    assert inquiry.text == "Lampan är trasig\n- i trappan"
    assert (inquiry.note, inquiry.unreadable) == ("", "")


def test_what_stands_beside_the_encrypted_is_read() -> None:
    sealed = "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----"
    inquiry = single("Content-Type: text/plain", f"Hej!\n\n{sealed}\n\nMvh")
    assert inquiry.text == "Hej!\n\nMvh"
    assert "krypterad" in inquiry.note


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("audio/wav", "ljudinspelning"),
        ("video/mp4", "film"),
        ("image/jpeg", "bilder"),
        ("application/pdf", "en bilaga"),
    ],
)
def test_a_mail_that_is_only_an_attachment_says_of_what_kind(kind: str, words: str) -> None:
    inquiry = single(f"Content-Type: {kind}; name=fil")
    assert words in inquiry.note
    assert inquiry.unreadable == ""
    assert beside(f"Content-Type: {kind}; name=fil").note == ""


def test_a_mail_that_is_nothing_at_all_has_no_note() -> None:
    assert single("Content-Type: text/plain", "").note == ""


def test_a_mail_with_our_words_only_says_so() -> None:
    ours = " ".join(f"ord{number}" for number in range(30))
    inquiry = read(f"Subject: avsluta\n\n> {ours}\n".encode(), ours=Shingles([ours]))
    assert (inquiry.text, inquiry.unreadable) == ("", "")
    assert "vi själva" in inquiry.note


def test_a_meeting_is_told_beside_the_text_and_without_one() -> None:
    event = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Vandring\nEND:VEVENT\n"
    note = "Mejlet har en mötesinbjudan: Vandring."
    assert single("Content-Type: text/calendar", event).note == note
    assert beside("Content-Type: text/calendar", event).note == note
