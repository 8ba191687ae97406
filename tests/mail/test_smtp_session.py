"""The SMTP dialogue as transcripts, each heard whole, octet by octet, and with rubbish behind."""

from collections.abc import Iterator
from itertools import groupby

import pytest

from mailer.mail.message import Letter
from mailer.mail.outcome import Accepted, Outcome, Refused, RelayRefused, Uncertain, Unreached
from mailer.mail.smtp import MAX_LINE, MAX_REPLY, PIECE, Ended, Offered, Session, offered

PIPELINING = Offered(pipelining=True)
LOCKSTEP = Offered()
RUBBISH = b"\0\xff rubbish\r\n250 ok\r\n"


def letter(name: str, content: bytes = b"Subject: x\r\n") -> Letter:
    return Letter("k@x.se", f"{name}@x.se", content)


class Play:
    """A session with letters that wait, played from a transcript of our lines (C:) and its (S:)."""

    def __init__(self, offer: Offered, names: str) -> None:
        self.session: Session[str] = Session(offer)
        self.waiting = list(names)
        self.ended: Ended[str] = []

    def says(self) -> str:
        ours = b""
        while True:
            while self.waiting and self.session.ready:
                name = self.waiting.pop(0)
                assert self.session.begin(name, letter(name)) is None
            octets = self.session.give()
            ours += octets
            if not octets:
                return ours.decode()

    def through(self, transcript: str, size: int, behind: bytes = b"") -> None:
        """`size` is how many octets of the relay's arrive at a time; `behind` are its last."""
        spoken = self.says()
        turns = list(turns_of(transcript))
        for number, (ours, theirs) in enumerate(turns):
            assert spoken == ours
            heard = theirs.encode() + behind * (number == len(turns) - 1)
            spoken = ""
            for at in range(0, len(heard), size):
                self.ended += self.session.receive(heard[at : at + size])
                spoken += self.says()
        assert spoken == ""


def turns_of(transcript: str) -> Iterator[tuple[str, str]]:
    lines = [line.strip() for line in transcript.strip().splitlines()]
    blocks = [
        (who, "".join(f"{line[3:]}\r\n" for line in block))
        for who, block in groupby(lines, key=lambda line: line[:2])
    ]
    for (_, ours), (_, theirs) in zip(blocks[::2], blocks[1::2], strict=True):
        yield ours, theirs


TRANSCRIPTS: dict[str, tuple[Offered, str, str, Ended[str]]] = {
    "a letter's content brings the next letter's commands along": (
        PIPELINING,
        "abc",
        """
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<a@x.se>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<b@x.se>
        C: DATA
        S: 250 2.0.0 taken a
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<c@x.se>
        C: DATA
        S: 250 2.0.0 taken b
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        S: 250 2.0.0 taken c
        """,
        [
            ("a", Accepted("2.0.0 taken a")),
            ("b", Accepted("2.0.0 taken b")),
            ("c", Accepted("2.0.0 taken c")),
        ],
    ),
    "without PIPELINING each command waits for the reply to the one before": (
        LOCKSTEP,
        "ab",
        """
        C: MAIL FROM:<k@x.se>
        S: 250 ok
        C: RCPT TO:<a@x.se>
        S: 251 will forward
        C: DATA
        S: 354 go
        C: Subject: x
        C: .
        S: 250 taken
        C: MAIL FROM:<k@x.se>
        S: 250 ok
        C: RCPT TO:<b@x.se>
        S: 250 ok
        C: DATA
        S: 354 go
        C: Subject: x
        C: .
        S: 250
        """,
        [("a", Accepted("taken")), ("b", Accepted(""))],
    ),
    "a refused recipient fails alone": (
        PIPELINING,
        "ab",
        """
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<a@x.se>
        C: DATA
        S: 250 ok
        S: 550 5.1.1 no such user
        S: 554 5.5.1 no valid recipients
        C: RSET
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<b@x.se>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        S: 250 taken
        """,
        [("a", Refused(550, "5.1.1 no such user")), ("b", Accepted("taken"))],
    ),
    "where DATA is taken after a refused recipient an empty letter ends it": (
        PIPELINING,
        "ab",
        """
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<a@x.se>
        C: DATA
        S: 250 ok
        S: 450 4.2.1 later
        S: 354 go
        C: .
        C: RSET
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<b@x.se>
        C: DATA
        S: 554 5.5.1 no valid recipients
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        S: 250 taken
        """,
        [("a", Refused(450, "4.2.1 later")), ("b", Accepted("taken"))],
    ),
    "a refused sender is our own matter, and the first refusal counts": (
        PIPELINING,
        "a",
        """
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<a@x.se>
        C: DATA
        S: 550 5.1.8 who are you
        S: 503 5.5.1 need MAIL
        S: 503 5.5.1 need MAIL
        """,
        [("a", RelayRefused(550, "5.1.8 who are you"))],
    ),
    "a refused DATA ends that letter": (
        PIPELINING,
        "ab",
        """
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<a@x.se>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 451 4.3.0 not now
        C: RSET
        C: MAIL FROM:<k@x.se>
        C: RCPT TO:<b@x.se>
        C: DATA
        S: 250 ok
        S: 250 ok
        S: 250 ok
        S: 354 go
        C: Subject: x
        C: .
        S: 554-5.7.1 no,
        S: 554 5.7.1 thanks
        """,
        [("a", Refused(451, "4.3.0 not now")), ("b", Refused(554, "5.7.1 no, 5.7.1 thanks"))],
    ),
    "in lockstep what is refused is not gone on with": (
        LOCKSTEP,
        "abc",
        """
        C: MAIL FROM:<k@x.se>
        S: 451 4.3.0 not now
        C: RSET
        S: 250 ok
        C: MAIL FROM:<k@x.se>
        S: 250 ok
        C: RCPT TO:<b@x.se>
        S: 550 5.1.1 no such user
        C: RSET
        S: 250 ok
        C: MAIL FROM:<k@x.se>
        S: 250 ok
        C: RCPT TO:<c@x.se>
        S: 250 ok
        C: DATA
        S: 554 5.5.1 no
        """,
        [
            ("a", Unreached("451 4.3.0 not now")),
            ("b", Refused(550, "5.1.1 no such user")),
            ("c", Refused(554, "5.5.1 no")),
        ],
    ),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_the_dialogue_is_the_same_however_it_is_cut(name: str, size: int) -> None:
    offer, names, transcript, ended = TRANSCRIPTS[name]
    play = Play(offer, names)
    play.through(transcript, size)
    assert play.ended == ended
    assert play.session.over == ""
    assert play.session.idle and play.session.ready
    assert play.session.worked
    assert play.session.lost("cut") == []


@pytest.mark.parametrize("name", TRANSCRIPTS)
@pytest.mark.parametrize("size", [1, 10_000])
def test_rubbish_behind_ends_the_dialogue_and_changes_nothing_that_was_told(
    name: str, size: int
) -> None:
    offer, names, transcript, ended = TRANSCRIPTS[name]
    play = Play(offer, names)
    play.through(transcript, size, RUBBISH)
    assert play.ended == ended
    assert "no reply" in play.session.over
    assert not play.session.ready
    assert play.session.receive(b"250 ok\r\n") == []


# --- the connection ends ---

COMMANDS = ("MAIL", "RCPT", "DATA", ".")
GOOD = {"MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go\r\n", ".": b"250 ok\r\n"}


def asked(offer: Offered, at: str, worked: bool = False) -> Play:
    """Where the relay owes the reply to `at` about letter a; with PIPELINING b is behind it."""
    play = Play(offer, "za" if worked else "a")
    for command in (*COMMANDS, *COMMANDS) if worked else COMMANDS:
        play.says()
        if command == at and play.session.in_hand[0] == "a":
            play.waiting = ["b"]
            play.says()
            return play
        play.session.receive(GOOD[command])
    raise AssertionError(at)


CLOSINGS = [
    (b"421 4.3.2 going down\r\n", "421 4.3.2 going down"),
    (b"221 bye\r\n", "221 bye"),
    (b"?!\r\n", "the relay says what is no reply: ?!"),
    (b"abc" * 2000, "the relay's reply does not end"),
    (b"250" + b" " * MAX_LINE + b"\r\n", "the relay's reply does not end"),
    (b"250-x\r\n" * (MAX_REPLY // 6 + 1), "the relay's reply does not end"),
    (b"250-x\r\n251 y\r\n", "the relay says what is no reply: 251 y"),
    (b"199 x\r\n", "the relay says what is no reply: 199 x"),
    (b"", "the line was cut"),
]


@pytest.mark.parametrize("offer", [PIPELINING, LOCKSTEP])
@pytest.mark.parametrize("at", COMMANDS)
@pytest.mark.parametrize(("says", "why"), CLOSINGS)
@pytest.mark.parametrize("size", [1, 1_000_000])
def test_when_the_line_is_lost_one_letter_ends_and_the_one_behind_may_be_begun_again(
    offer: Offered, at: str, says: bytes, why: str, size: int
) -> None:
    play = asked(offer, at)
    behind = [("b", None)] if offer.pipelining and at == "." else []
    ended: Ended[str] = []
    for octet in range(0, len(says), size):
        ended += play.session.receive(says[octet : octet + size])
    ended += play.session.lost("the line was cut")
    uncertain = at == "." and not says.startswith((b"421", b"221"))
    assert ended == [("a", Uncertain(why) if uncertain else Unreached(why)), *behind]
    assert play.session.over == why
    assert play.session.in_hand == ()


@pytest.mark.parametrize("offer", [PIPELINING, LOCKSTEP])
@pytest.mark.parametrize("at", COMMANDS)
def test_a_connection_that_has_worked_may_close_for_its_age_before_another_letter(
    offer: Offered, at: str
) -> None:
    play = asked(offer, at, worked=True)
    (first, *_) = play.session.receive(b"421 4.4.2 too many letters\r\n")
    outcome: Outcome = Unreached("421 4.4.2 too many letters")
    assert first == ("a", None if at == "MAIL" else outcome)


@pytest.mark.parametrize(
    ("at", "reply"),
    [
        ("MAIL", b"354 go"),
        ("RCPT", b"354 go"),
        ("DATA", b"250 ok"),
        (".", b"354 go"),
        ("MAIL", b"334 x"),
        ("DATA", b"300 x"),
    ],
)
@pytest.mark.parametrize("offer", [PIPELINING, LOCKSTEP])
def test_a_reply_that_does_not_fit_its_command_ends_the_dialogue(
    offer: Offered, at: str, reply: bytes
) -> None:
    play = asked(offer, at)
    ((_, outcome), *_) = play.session.receive(reply + b"\r\n")
    assert isinstance(outcome, Uncertain if at == "." else Unreached)
    assert play.session.over == f"the relay answers {at} with {reply.decode()}"


@pytest.mark.parametrize("says", [b"421 4.4.2 idle\r\n", b"250 ok\r\n", b"?!\r\n"])
def test_a_relay_that_speaks_out_of_turn_is_left(says: bytes) -> None:
    session: Session[str] = Session(PIPELINING)
    assert session.receive(says) == []
    assert says.decode().strip() in session.over
    assert not session.ready


@pytest.mark.parametrize("reply", [b"502 what?", b"451 not now", b"421 bye"])
def test_where_the_relay_does_not_start_anew_the_next_letter_goes_over_another_line(
    reply: bytes,
) -> None:
    play = asked(PIPELINING, "RCPT")
    play.session.receive(b"550 no\r\n554 no\r\n")
    assert play.says().startswith("RSET")
    assert play.session.receive(reply + b"\r\n") == [("b", None)]
    assert reply.decode() in play.session.over


def test_where_the_end_of_an_empty_letter_is_not_answered_the_next_goes_over_another_line() -> None:
    play = asked(PIPELINING, "RCPT")
    play.session.receive(b"550 no\r\n354 go\r\n")
    assert play.says().startswith(".\r\nRSET")
    assert play.session.lost("cut") == [("b", None)]


def test_an_empty_letter_without_a_recipient_counts_as_nobodys_even_when_it_is_taken() -> None:
    play = asked(PIPELINING, "RCPT")
    play.session.receive(b"550 no\r\n354 go\r\n")
    play.says()
    assert play.session.receive(b"250 taken\r\n") == []


@pytest.mark.parametrize("reply", [b"221 bye\r\n", b"250 ok\r\n", b"?!\r\n", b""])
def test_after_quit_any_answer_ends_the_dialogue(reply: bytes) -> None:
    session: Session[str] = Session(PIPELINING)
    session.quit()
    assert session.give() == b"QUIT\r\n"
    assert not session.ready and not session.idle
    assert session.receive(reply) == session.lost("cut") == []
    assert session.over


# --- large letters ---

LARGE = Letter("k@x.se", "a@x.se", b"Subject: x\r\n" * PIECE)
AHEAD = b"250 ok\r\n250 ok\r\n354 go\r\n"


def sending(pieces: int) -> Session[str]:
    """After so many pieces of a large letter."""
    session: Session[str] = Session(PIPELINING)
    session.begin("a", LARGE)
    session.give()
    session.receive(AHEAD)
    for _ in range(pieces):
        assert session.give()
    return session


def test_a_large_letter_is_given_in_pieces_and_nothing_waits_behind_it() -> None:
    session = sending(0)
    assert session.on_the_way == len(LARGE.content)
    given = b""
    while piece := session.give():
        assert len(piece) <= 2 * PIECE
        assert not session.ready
        given += piece
    assert given == LARGE.content + b".\r\n"
    assert session.receive(b"250 taken\r\n") == [("a", Accepted("taken"))]
    assert session.ready
    assert session.on_the_way == 0


def test_a_letter_that_was_cut_before_its_end_had_left_was_not_taken() -> None:
    session = sending(3)
    assert session.lost("cut") == [("a", Unreached("cut"))]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b"552 5.3.4 too much", Refused(552, "5.3.4 too much")),
        (b"421 4.3.2 bye", Unreached("421 4.3.2 bye")),
        (b"250 taken", Unreached("the relay answers . with 250 taken")),
    ],
)
def test_an_answer_before_the_end_of_the_letter_ends_the_dialogue(
    reply: bytes, outcome: Outcome
) -> None:
    session = sending(3)
    assert session.receive(reply + b"\r\n") == [("a", outcome)]
    assert session.over


# --- what a letter needs of the relay ---

ALL = Offered(pipelining=True, eight_bit=True, utf8=True, size=100)
EIGHT_BIT = "Grüße\r\n".encode()


@pytest.mark.parametrize(
    ("offer", "sent", "mail"),
    [
        (PIPELINING, letter("a"), "MAIL FROM:<k@x.se>"),
        (PIPELINING, Letter("", "a@x.se", b""), "MAIL FROM:<>"),
        (ALL, letter("a"), "MAIL FROM:<k@x.se> SIZE=12"),
        (ALL, letter("a", EIGHT_BIT), "MAIL FROM:<k@x.se> SIZE=9 BODY=8BITMIME"),
        (ALL, letter("å"), "MAIL FROM:<k@x.se> SIZE=12 SMTPUTF8"),
        (ALL, Letter("å@x.se", "a@x.se", b""), "MAIL FROM:<å@x.se> SIZE=0 SMTPUTF8"),
        (ALL, letter("a", b"x" * 100), "MAIL FROM:<k@x.se> SIZE=100"),
        (Offered(size=0), letter("a", b"x" * 101), "MAIL FROM:<k@x.se> SIZE=101"),
    ],
)
def test_mail_says_what_the_relay_must_know_of_the_letter(
    offer: Offered, sent: Letter, mail: str
) -> None:
    session: Session[str] = Session(offer)
    assert session.begin("a", sent) is None
    assert session.give().decode().partition("\r\n")[0] == mail


@pytest.mark.parametrize(
    ("offer", "sent", "code", "says"),
    [
        (PIPELINING, letter("a", EIGHT_BIT), 554, "8BITMIME"),
        (PIPELINING, letter("å"), 553, "SMTPUTF8"),
        (PIPELINING, Letter("å@x.se", "a@x.se", b""), 553, "SMTPUTF8"),
        (ALL, letter("a", b"x" * 101), 552, "100 octets"),
        *(
            (ALL, Letter(mail_from, recipient, b""), 501, "envelope")
            for mail_from, recipient in (
                ("k@x.se", ""),
                ("k@x.se", "en två@x.se"),
                ("k@x.se", "a@x.se>\r\nDATA"),
                ("k\0@x.se", "a@x.se"),
                ("k@x.se", "a\udce5@x.se"),
            )
        ),
    ],
)
def test_what_the_relay_cannot_take_is_refused_before_it_is_asked(
    offer: Offered, sent: Letter, code: int, says: str
) -> None:
    session: Session[str] = Session(offer)
    refused = session.begin("a", sent)
    assert refused
    assert refused.code == code and refused.permanent
    assert says in refused.reply
    assert session.give() == b""
    assert session.in_hand == ()
    assert session.ready


@pytest.mark.parametrize(
    ("extensions", "offer"),
    [
        ({}, Offered()),
        ({"size": "", "auth": "PLAIN"}, Offered(size=0)),
        ({"size": "1000"}, Offered(size=1000)),
        ({"size": "much"}, Offered(size=0)),
        ({"size": "9" * 30}, Offered(size=0)),
        (
            {"pipelining": "", "8bitmime": "", "smtputf8": "", "size": "0"},
            Offered(pipelining=True, eight_bit=True, utf8=True, size=0),
        ),
    ],
)
def test_the_offer_is_read_from_ehlo(extensions: dict[str, str], offer: Offered) -> None:
    assert offered(extensions) == offer
