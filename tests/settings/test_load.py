import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.errors import SettingsError
from mailer.mail.address import Address
from mailer.mail.server import Secret
from mailer.newsletter.approval import Approval, Missed
from mailer.settings import Settings, load

SHIPPED = Path(__file__).parents[2] / "config"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_the_environment_overrides_the_file(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    edit(copy / "mailer.yaml", "# password-file: /run", "password-file: /nowhere")
    found = load(
        copy,
        {
            "MAILER_DATABASE_URL": "postgresql://m:hunter2@db/mailer",
            "MAILER_IMAP_URL": "imap://anna:hun%20ter2@127.0.0.1:1143",
            "MAILER_SMTP_URL": "smtp://127.0.0.1:1025",
            "MAILER_DATA_DIR": "there",
            "MAILER_WEB_LISTEN": "[::1]:0",
            "MAILER_BASE_URL": "http://127.0.0.1:8080/",
            "MAILER_SECRET": "hunter2",
        },
    )
    assert found.database_url == "postgresql://m:hunter2@db/mailer"
    assert (found.imap.host, found.imap.port, found.imap.user) == ("127.0.0.1", 1143, "anna")
    assert found.imap.password == Secret("hun ter2")
    (relay,) = found.relays
    assert str(relay.server) == "smtp://127.0.0.1:1025"
    assert relay.server.tls == "none"
    assert found.data_dir == copy / "there"
    assert found.web_listen == ("::1", 0)
    assert found.base_url == "http://127.0.0.1:8080"
    assert found.secret == Secret("hunter2")
    assert "hunter2" not in repr(found)
    assert "ter2" not in repr(found)


def test_an_empty_variable_is_not_set(copy: Path) -> None:
    found = load(copy, {"MAILER_DATA_DIR": "", "MAILER_IMAP_URL": ""})
    assert found.data_dir == copy.parent / "data"
    assert found.imap.host == "imap.markaryd.example"


def test_logins_and_secrets_come_from_their_files(copy: Path) -> None:
    edit(copy / "mailer.yaml", "# user: initiativtrygghet\n", "user: initiativtrygghet\n")
    edit(copy / "mailer.yaml", "# password-file: /run/secrets/relay", "password-file: relay")
    edit(copy / "mailer.yaml", "# secret-file: /run/secrets/mailer", "secret-file: own")
    (copy.parent / "relay-password").write_text("hunter2\n")
    (copy.parent / "own-secret").write_text("hunter3\n")
    found = load(copy, {})
    server = found.relays[0].server
    assert (server.user, server.password) == ("initiativtrygghet", Secret("hunter2"))
    assert found.secret == Secret("hunter3")


def test_addresses_nobody_owns_are_a_warning_when_the_relay_is_real(copy: Path) -> None:
    assert load(copy, {"MAILER_SMTP_URL": "smtp://127.0.0.1"}).warnings == ()
    found = load(copy, {"MAILER_SMTP_URL": "smtp://smtp.markaryd.se"}).warnings
    assert len(found) == 7
    lines = (copy / "subprojects.yaml").read_text("utf-8").splitlines()
    line = lines.index("    address: viktor.tagesson@markaryd.example") + 1
    assert str(found[0]) == (
        f"{copy}/subprojects.yaml:{line}: no mail reaches markaryd.example: it is for examples"
    )


def test_keys_may_be_written_with_underscores(copy: Path) -> None:
    edit(copy / "newsletter.yaml", "when-empty: notify", "when_empty: skip")
    assert load(copy, {}).newsletter.when_empty == "skip"


@pytest.mark.parametrize(
    ("said", "missed"),
    [
        ("within 2 hours", Missed("within", timedelta(hours=2))),
        ("skip", Missed("skip")),
        ("ask", Missed("ask")),
    ],
)
def test_what_becomes_of_a_missed_edition_is_chosen(copy: Path, said: str, missed: Missed) -> None:
    edit(copy / "newsletter.yaml", "missed: within 24h", f"missed: {said}")
    assert load(copy, {}).newsletter.missed == missed


def test_the_approvers_are_named_with_their_number(copy: Path) -> None:
    with (copy / "newsletter.yaml").open("a") as file:
        file.write("approval: {by: [a@kommun.se, b@kommun.se], at-least: 2}\n")
    approval = load(copy, {}).newsletter.approval
    assert approval == Approval(
        (Address("a@kommun.se"), Address("b@kommun.se")), at_least=2, before=timedelta(days=2)
    )


def test_a_weekly_newsletter_has_weekly_files(copy: Path) -> None:
    shutil.rmtree(copy / "activities")
    shutil.rmtree(copy / "editions")
    (copy / "activities" / "2020-W38").mkdir(parents=True)
    (copy / "activities" / "2020-W37-fest.yaml").write_text("title: a")
    (copy / "activities" / "2020-W38" / "x.yaml").write_text(
        "- title: Å!\n- title: Å!\n- title: Å 2"
    )
    (copy / "activities" / "2020-09-18-dag.yaml").write_text("title: a\nwhen: 2020-09-18")
    edit(copy / "newsletter.yaml", "period: month", "period: week")
    edit(copy / "newsletter.yaml", "2nd fri", "fri")
    found = load(copy, {})
    assert found.newsletter.cron == "day_of_week=fri; hour=10; minute=0"
    assert [(one.key, one.filed, one.line) for one in found.activities] == [
        ("2020-09-18-dag", "", 1),
        ("2020-W37-fest", "2020-W37", 1),
        ("2020-W38/x/a", "2020-W38", 1),
        ("2020-W38/x/a-2", "2020-W38", 2),
        ("2020-W38/x/a-2-2", "2020-W38", 3),
    ]
    assert found.editions == {}


def test_a_weekly_newsletter_goes_out_on_a_weekday(copy: Path) -> None:
    edit(copy / "newsletter.yaml", "period: month", "period: week")
    with pytest.raises(SettingsError) as refusal:
        load(copy, {})
    line = (copy / "newsletter.yaml").read_text("utf-8").splitlines().index("  day: 2nd fri") + 1
    assert (
        f"{copy}/newsletter.yaml:{line}: '2nd fri': expected mon, tue, wed, thu, fri, sat or sun, "
        "as the newsletter is weekly"
    ) in str(refusal.value)


def test_an_edition_key_goes_before_the_name_of_the_file(copy: Path) -> None:
    (copy / "activities" / "2020-09-x.yaml").write_text("title: a\nedition: 2020-10")
    found = {one.key: one.filed for one in load(copy, {}).activities}
    assert found["2020-09-x"] == "2020-10"


def shipped_without_rules(folder: str) -> Path:
    """A copy whose triage.yaml is short: the rules are much to read, and all alike."""
    config = Path(shutil.copytree(SHIPPED, Path(folder) / "config"))
    settings_of_triage = (config / "triage.yaml").read_text("utf-8").partition("\nrules:")[0]
    (config / "triage.yaml").write_text(settings_of_triage, "utf-8")
    return config


FILES = [path.relative_to(SHIPPED).as_posix() for path in sorted(SHIPPED.rglob("*.yaml"))]


def mutated(raw: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for where, length, put in changes:
        place = int(where * len(raw))
        raw = raw[:place] + put + raw[place + length :]
    return raw


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 12),
            st.binary(max_size=3)
            | st.sampled_from(
                [b"\n", b": ", b"- ", b"'", b"[]", b"{}", b"~", b"1", b"true", b"\t", b"2020-09-31"]
            ),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_no_mutation_of_the_shipped_config_raises_anything_else(
    file: str, changes: list[tuple[float, int, bytes]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = shipped_without_rules(folder)
        (config / file).write_bytes(mutated((config / file).read_bytes(), changes))
        try:
            assert isinstance(load(config, {}), Settings)
        except SettingsError as error:
            assert error.problems == tuple(sorted(error.problems))
            assert all(problem.file.startswith(str(config)) for problem in error.problems)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_value_of_any_kind_in_any_place_raises_anything_else(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    top = yaml.safe_load((SHIPPED / file).read_text("utf-8").partition("\nrules:")[0])
    at = top
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not (at[key] and isinstance(at[key], dict | list)) or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(plain)
    with tempfile.TemporaryDirectory() as folder:
        config = shipped_without_rules(folder)
        (config / file).write_text(yaml.safe_dump(top), "utf-8")
        try:
            load(config, {})
        except SettingsError as error:
            for problem in error.problems:
                assert "\n" not in problem.message
                assert "pydantic" not in problem.message
                assert "Input should" not in problem.message
