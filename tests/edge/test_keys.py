"""Keys on the disk, and a signature that survives a mail server."""

import re
import smtplib
from pathlib import Path

import dkim
import pytest

from mailer.edge.keys import KeyFile, key_files, make_keys, read_keys, signer_of
from mailer.errors import MailerError, SettingsError
from mailer.mail.dkim import record
from tests.servers import Sink

DOMAIN = "kommun.example"
LETTER = (
    b"From: trygghet@kommun.example\r\nTo: anna@example.org\r\nSubject: Hej\r\n\r\n"
    b".\r\n..\r\nHej\r\n\r\n\r\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[KeyFile, ...]:
    return key_files("m", tmp_path)


def test_new_keys_are_their_owners_alone(files: tuple[KeyFile, ...]) -> None:
    made = make_keys(files)
    assert [key.pem for key in read_keys(files)] == [key.pem for key in made]
    assert [file.path.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert files[0].path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_that_is_there_is_never_replaced(files: tuple[KeyFile, ...]) -> None:
    rsa, ed25519 = files
    make_keys([ed25519])
    before = ed25519.path.read_bytes()
    with pytest.raises(MailerError, match="is there already; give another --selector"):
        make_keys(files)
    assert ed25519.path.read_bytes() == before
    assert not rsa.path.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "dkim").write_text("")
    with pytest.raises(MailerError, match=r"dkim"):
        make_keys(key_files("m", tmp_path))


def test_only_the_files_that_are_named_are_used(tmp_path: Path) -> None:
    (file,) = key_files("m", tmp_path, {"ed25519": tmp_path / "key.pem"})
    assert file == KeyFile("m-ed25519", "ed25519", tmp_path / "key.pem")


def test_every_file_that_holds_no_key_is_told_at_once(files: tuple[KeyFile, ...]) -> None:
    rsa, ed25519 = files
    make_keys([KeyFile("m", "ed25519", rsa.path)])
    with pytest.raises(SettingsError) as caught:
        read_keys(files)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{rsa.path}:1: not a DKIM key: expected a key of the kind rsa",
        f"{ed25519.path}:1: the DKIM key cannot be read: No such file or directory; "
        "make it with: mailer dkim new",
    ]


def test_a_file_that_is_a_folder_is_told_without_advice(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: Is a directory$"):
        read_keys([KeyFile("m", "rsa", tmp_path)])


def test_without_keys_nothing_signs() -> None:
    assert signer_of(DOMAIN, ()) is None


def test_a_signed_letter_verifies_after_a_mail_server_has_had_it(
    files: tuple[KeyFile, ...],
) -> None:
    records = dict(record(DOMAIN, key).split(" IN TXT ") for key in make_keys(files))
    sign = signer_of(DOMAIN, files)
    assert sign is not None
    with Sink() as sink, smtplib.SMTP("localhost", sink.port) as relay:
        relay.sendmail("a@kommun.example", "anna@example.org", sign(LETTER) + LETTER)
    verifier = dkim.DKIM(sink.letters[0].raw)

    def published(name: bytes, timeout: int = 0) -> bytes:
        return "".join(re.findall('"([^"]*)"', records[name.decode()])).encode()

    assert [verifier.verify(place, dnsfunc=published) for place in (0, 1)] == [True, True]
