"""Where the keys of DKIM are looked for."""

from pathlib import Path

import pytest

from mailer.edge.keys import KeyFile
from mailer.errors import SettingsError
from mailer.settings import load


def _with(copy: Path, section: str) -> Path:
    file = copy / "mailer.yaml"
    file.write_text(f"{file.read_text('utf-8')}\n{section}", "utf-8")
    return copy


def test_without_the_section_nothing_is_signed(copy: Path) -> None:
    assert load(copy, {}).dkim == ()


def test_both_keys_lie_in_the_data_directory_if_no_file_is_named(copy: Path) -> None:
    folder = copy.parent / "elsewhere" / "dkim"
    found = load(_with(copy, "dkim: {selector: m}"), {"MAILER_DATA_DIR": str(folder.parent)})
    assert found.dkim == (
        KeyFile("m-rsa", "rsa", folder / "m-rsa.pem"),
        KeyFile("m-ed25519", "ed25519", folder / "m-ed25519.pem"),
    )


def test_a_path_begins_beside_the_config_directory(copy: Path) -> None:
    found = load(_with(copy, "dkim: {selector: m, rsa-key-file: keys/rsa.pem}"), {})
    assert found.dkim == (KeyFile("m-rsa", "rsa", copy.parent / "keys" / "rsa.pem"),)


@pytest.mark.parametrize("selector", ["A", "a_b", "a.b", "-a", "a-", "å", "a" * 51])
def test_a_selector_is_part_of_a_dns_name(copy: Path, selector: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(_with(copy, f"dkim: {{selector: {selector}}}"), {})
    (problem,) = caught.value.problems
    assert problem.message.endswith("expected small letters, digits and hyphens, as in mailer-2026")
