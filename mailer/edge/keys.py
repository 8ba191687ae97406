"""The DKIM keys: files that only their owner may read, one a key.

Each key has a selector of its own, for a DNS name holds one (RFC 8463, 3): SELECTOR-rsa and
SELECTOR-ed25519.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mailer.edge.files import make_private, write_durably
from mailer.errors import MailerError, Problem, SettingsError
from mailer.mail.dkim import RSA_BITS, Algorithm, Key, Sign, Signer, read_key


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where one key lies, or is to lie."""

    selector: str
    algorithm: Algorithm
    path: Path


def key_files(
    selector: str, data_dir: Path, named: Mapping[Algorithm, Path] | None = None
) -> tuple[KeyFile, ...]:
    """The files of one selector: those that are `named`; where none is, both in `data_dir`."""
    folder = data_dir / "dkim"
    both: Mapping[Algorithm, Path] = {
        "rsa": folder / f"{selector}-rsa.pem",
        "ed25519": folder / f"{selector}-ed25519.pem",
    }
    found = (named or both).items()
    return tuple(KeyFile(f"{selector}-{algorithm}", algorithm, path) for algorithm, path in found)


def signer_of(domain: str, files: Sequence[KeyFile]) -> Sign | None:
    """What takes a whole letter and gives the header fields to put before it; None without keys.

    Raises SettingsError with a problem for every file that holds no key of its kind.
    """
    return Signer(domain, read_keys(files)).sign if files else None


def read_keys(files: Sequence[KeyFile]) -> tuple[Key, ...]:
    """The keys in these files. Raises SettingsError, as above."""
    keys: list[Key] = []
    problems: list[Problem] = []
    for file in files:
        try:
            key = read_key(file.selector, file.path.read_bytes())
            if key.algorithm != file.algorithm:
                raise ValueError(f"expected a key of the kind {file.algorithm}")
            keys.append(key)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            advice = "; make it with: mailer dkim new" if missing else ""
            reason = f"the DKIM key cannot be read: {error.strerror}{advice}"
            problems.append(Problem(str(file.path), 0, reason))
        except ValueError as error:
            problems.append(Problem(str(file.path), 0, f"not a DKIM key: {error}"))
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(keys)


def make_keys(files: Sequence[KeyFile]) -> tuple[Key, ...]:
    """Make the keys and write them. Raises MailerError; a key that is there is never replaced."""
    for file in files:
        if file.path.exists():
            raise MailerError(f"{file.path} is there already; give another --selector for new keys")
    keys = tuple(_made(file) for file in files)
    for file, key in zip(files, keys, strict=True):
        try:
            make_private(file.path.parent)
            write_durably(file.path, key.pem, replace=False)
        except OSError as error:
            raise MailerError(f"{file.path}: cannot be written: {error.strerror}") from error
    return keys


def _made(file: KeyFile) -> Key:
    if file.algorithm == "rsa":
        return Key(file.selector, generate_private_key(65537, RSA_BITS))
    return Key(file.selector, Ed25519PrivateKey.generate())
