"""`mailer explain` on mails that the world sends."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.whole.program import Program

KINDS = {
    *("inquiry", "follow-up", "subscribe", "unsubscribe", "auto-reply", "bounce"),
    *("complaint", "spam", "own", "unreadable"),
}
KEYS = [
    *("file", "kind", "owner", "copies", "suggestions", "confidence", "certain", "urgent"),
    *("language", "text", "reasons"),
]
MOST = 200


def test_every_mail_is_explained_in_the_order_given(
    make_program: Callable[..., Program], shared: Path
) -> None:
    mails = sorted(map(str, shared.glob("corpus/**/*.eml")))
    few = mails[:: len(mails) // MOST + 1][::-1]
    program = make_program()
    done = program.call("explain", "--json", *few)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    assert [each["file"] for each in found] == few
    for each in found:
        assert list(each) == KEYS
        assert each["kind"] in KINDS
        assert 0 <= each["confidence"] <= 1
        assert all(list(reason) == ["for", "what", "weight"] for reason in each["reasons"])
    assert not (program.folder / "data").exists()


def test_a_file_that_is_not_there_is_one_line(make_program: Callable[..., Program]) -> None:
    done = make_program().call("explain", "nowhere.eml", "--json", code=1)
    assert (done.stdout, done.stderr) == ("", "nowhere.eml: No such file or directory\n")
