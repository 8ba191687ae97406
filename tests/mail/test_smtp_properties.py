"""The SMTP session against a relay that draws its answers, and beside smtplib on a real server."""

import smtplib
import socket
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail.address import address
from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, Uncertain
from mailer.mail.smtp import Offered, Session, on_the_wire
from tests.servers import Sink

CONTENTS = st.lists(
    st.sampled_from([b".", b"..", b"a", b"QUIT", b"\r\n", b"\n", b"\r", b"", b"x" * 700]),
    max_size=8,
).map(b"".join)

GOOD = {"RSET": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", ".": "250 taken"}
BAD = ["450 later", "550-no\r\n550 never", "421 bye", "250 ok", "354 go", "?!", "cut"]


@dataclass
class Peer:
    """A relay by RFC 5321, but for what it draws: how it answers, and where its octets are cut."""

    draw: st.DataObject
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    sender: bool = False
    recipient: str = ""
    content: bytes | None = None
    cut: bool = False
    heard: bytes = b""

    def hear(self, octets: bytes) -> bytes:
        self.heard += octets
        says = b""
        while not self.cut and b"\r\n" in self.heard:
            line, _, self.heard = self.heard.partition(b"\r\n")
            says += self.line(line)
        return says

    def line(self, line: bytes) -> bytes:
        if self.content is None:
            return self.answer(line[:4].decode(), line)
        if line != b".":
            self.content += line.removeprefix(b".") + b"\r\n"
            return b""
        if self.recipient:
            self.whole.append(self.recipient)
        return self.answer(".", line)

    def answer(self, step: str, line: bytes) -> bytes:
        out_of_order = {
            "MAIL": self.sender,
            "RCPT": not self.sender,
            "DATA": not self.recipient,
            ".": not self.recipient,
        }
        if out_of_order.get(step):
            says = "503 out of order"
        else:
            says = self.draw.draw(st.sampled_from([GOOD[step]] * 12 + BAD), label=step)
        if step == "DATA" and says.startswith("503") and self.draw.draw(st.booleans()):
            says = "354 go all the same"
        self.become(step, says, line)
        self.cut = says in ("cut", "421 bye")
        return b"" if says == "cut" else f"{says}\r\n".encode()

    def become(self, step: str, says: str, line: bytes) -> None:
        content, self.content = self.content, None
        good = says.startswith("2")
        if step == "DATA" and says.startswith("354"):
            self.content = b""
        elif step == "MAIL":
            self.sender = good
        elif step == "RCPT" and good:
            self.recipient = line.decode().partition("<")[2].partition("@")[0]
        elif step in (".", "RSET"):
            if step == "." and good and self.recipient:
                self.taken.append((self.recipient, content or b""))
            self.sender, self.recipient = False, ""


@given(
    st.data(),
    st.builds(Offered, pipelining=st.booleans(), size=st.sampled_from([None, 0, 300])),
    st.lists(CONTENTS, min_size=1, max_size=6),
)
def test_every_letter_ends_once_and_what_is_said_of_it_is_so(
    data: st.DataObject, offer: Offered, contents: list[bytes]
) -> None:
    ended: dict[str, Outcome | None] = {}
    waiting = {f"p{number}": content for number, content in enumerate(contents)}
    session: Session[str] = Session(offer)
    peer = Peer(data)
    while waiting or session.in_hand:
        while waiting and session.ready:
            name, content = waiting.popitem()
            if refused := session.begin(name, Letter("k@x.se", f"{name}@x.se", content)):
                ended[name] = refused
        says = peer.hear(session.give())
        size = data.draw(st.integers(1, 40), label="octets at a time")
        for at in range(0, len(says), size):
            for name, outcome in session.receive(says[at : at + size]):
                assert name not in ended
                ended[name] = outcome
        if peer.cut or session.over or not says:
            for name, outcome in session.lost("cut"):
                assert name not in ended
                ended[name] = outcome
            break
    assert session.in_hand == ()
    assert ended.keys() | waiting.keys() == {f"p{number}" for number in range(len(contents))}
    taken = dict(peer.taken)
    assert len(taken) == len(peer.taken)
    for name, outcome in ended.items():
        if isinstance(outcome, Accepted):
            assert on_the_wire(taken[name]) == on_the_wire(contents[int(name[1:])])
        elif isinstance(outcome, Uncertain):
            assert name in peer.whole
        else:
            assert name not in taken


@given(CONTENTS)
def test_on_the_wire_every_line_can_be_told_from_the_end(content: bytes) -> None:
    *lines, rest = on_the_wire(content).split(b"\r\n")
    assert rest == b""
    assert b"." not in lines
    told = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    assert [line.removeprefix(b".") for line in lines] == told


@given(
    st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z'{|}=-]{1,9})?", fullmatch=True),
    st.sampled_from(["x.se", "å.example.org", "localhost"]),
)
def test_every_address_that_we_take_stands_in_the_envelope_as_it_is(local: str, at: str) -> None:
    email = address(f"{local}@{at}").email
    session: Session[str] = Session(Offered(pipelining=True))
    assert session.begin("a", Letter(email, email, b"")) is None
    assert session.give().decode().split("\r\n")[:2] == [
        f"MAIL FROM:<{email}>",
        f"RCPT TO:<{email}>",
    ]


# --- beside smtplib ---


def talk(port: int, offer: Offered, letters: list[Letter]) -> list[Outcome | None]:
    """All that it takes to send over a blocking socket."""
    session: Session[int] = Session(offer)
    outcomes: dict[int, Outcome | None] = {}
    waiting = list(enumerate(letters))
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.recv(4096)
        line.sendall(b"HELO localhost\r\n")
        line.recv(4096)
        while len(outcomes) < len(letters):
            while waiting and session.ready:
                session.begin(*waiting.pop(0))
            while octets := session.give():
                line.sendall(octets)
            outcomes |= session.receive(line.recv(4096))
    return [outcomes[place] for place in range(len(letters))]


def by_smtplib(port: int, letters: list[Letter]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with smtplib.SMTP("127.0.0.1", port, "localhost") as client:
        for each in letters:
            try:
                client.sendmail(each.mail_from, [each.recipient], each.content)
            except smtplib.SMTPRecipientsRefused as error:
                ((code, text),) = error.recipients.values()
                outcomes.append(Refused(code, text.decode()))
            except smtplib.SMTPDataError as error:
                assert isinstance(error.smtp_error, bytes)
                outcomes.append(Refused(error.smtp_code, error.smtp_error.decode()))
            else:
                outcomes.append(Accepted("2.0.0 Ok: kept"))
    return outcomes


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_server_gets_and_says_the_same_as_with_smtplib(sink: Sink, pipelining: bool) -> None:
    answers = {"no": "550 5.1.1 No such user", "later": "450 4.2.1 Later"}
    sink.answers = lambda _, recipient: answers.get(recipient.partition("@")[0])
    sink.data_answers = lambda one: "554 5.7.1 No" if b"spam" in one.raw else None
    letters = [
        Letter(mail_from, f"{name}@x.se", content)
        for mail_from in ("k@x.se", "")
        for content in (
            b"",
            b".",
            b"a\r\n.\r\nQUIT\r\n",
            b"a\r\n..b\r\n\r\n",
            b"spam\r\n",
            b"x" * 9000,
        )
        for name in ("anna", "no", "later", "bo")
    ]
    theirs = by_smtplib(sink.port, letters)
    kept = sink.letters.copy()
    sink.letters.clear()
    assert talk(sink.port, Offered(pipelining=pipelining), letters) == theirs
    assert sink.letters == kept
