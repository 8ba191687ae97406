"""What the flows need of the world, each as small as its user needs it; `edge` implements them.

Every method may raise the MailerError of its edge (StoreError, MailboxError, RelayError) and
nothing else; an error means that nothing is known of the effect, and the flow must be able to run
again from the start.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from mailer.inquiry.chain import Examined
from mailer.inquiry.correction import Correction, Holding, Known
from mailer.inquiry.digest import Happened
from mailer.inquiry.follow_up import Waiting
from mailer.inquiry.hindsight import Decided
from mailer.inquiry.reconciliation import Listed, Lying
from mailer.inquiry.record import (
    Background,
    Case,
    Errand,
    Forwarded,
    Mark,
    News,
    Place,
    RawMail,
    Sighting,
    Written,
)
from mailer.inquiry.triage import Judged
from mailer.inquiry.verdict import Inquiry, Route, Verdict
from mailer.mail.address import Address
from mailer.mail.diagnosis import Diagnosis
from mailer.mail.message import Letter
from mailer.mail.outcome import Outcome
from mailer.mail.post import Due, Post, Tried
from mailer.newsletter.approval import Answer, Proof
from mailer.newsletter.archived import ArchivedEdition
from mailer.newsletter.receipt import RenderedEdition, SentEdition
from mailer.organisation import Absence, Leader
from mailer.subscriber.asking import Asked
from mailer.subscriber.record import Sent
from mailer.subscriber.subscription import Change, Consent, State, Subscriber
from mailer.subscriber.suppression import Bounce, CameBack, Weight


class Clock(Protocol):
    """Where `now` comes from: always aware, UTC."""

    def now(self) -> datetime: ...


# --- the outbox ---------------------------------------------------------------------------------


class Outbox(Protocol):
    """The durable queue of letters."""

    async def claim(self, worker: str, limit: int, now: datetime) -> Sequence[Due]:
        """Lease up to `limit` letters that are due, the most pressing first, to `worker`."""
        ...

    async def settle(
        self, worker: str, tried: Sequence[Tried], posts: Sequence[Post], now: datetime
    ) -> None:
        """Write down what became of leased letters, and queue `posts`, in one transaction."""
        ...

    async def release(self, worker: str) -> None:
        """Give back every letter that is leased to `worker`, as if never claimed."""
        ...


class Relay(Protocol):
    """The SMTP server that we hand letters to."""

    name: str

    async def send(
        self,
        letters: Sequence[Letter],
        known: dict[int, Outcome] | None = None,
        stop: asyncio.Event | None = None,
    ) -> Sequence[Outcome]:
        """Try each letter once; the outcomes, in the same order. Calls may overlap.

        Each outcome is put into `known` as soon as there is one, under its letter's place, for a
        caller that is cancelled. Once `stop` is set no letter is begun; `known` lacks those.
        Raises RelayError where no letter could be tried at all: no connection, login refused.
        """
        ...


# --- the newsletter -----------------------------------------------------------------------------


class Editions(Protocol):
    """Which editions there were, and what they told."""

    async def claimed(self, period: str) -> bool: ...

    async def last_before(self, day: date, period: str) -> date | None:
        """The date of the last edition before `day`, other than the one of `period`."""
        ...

    async def told_before(self, day: date, period: str) -> Sequence[Mapping[str, Any]]:
        """What those editions told (`RenderedEdition.told`), the earliest first."""
        ...

    async def sent(self, period: str) -> SentEdition:
        """A claimed edition as it was queued."""
        ...

    async def queue(
        self,
        edition: RenderedEdition,
        mail_from: str,
        message_id: Callable[[int], str],
        now: datetime,
    ) -> int | None:
        """Claim the edition and queue a letter for every active subscriber, in one transaction.

        `message_id` gives that of a subscriber's letter. The number of letters; None where it was
        claimed before (then nothing was done).
        """
        ...


class Archive(Protocol):
    """Where every sent edition is kept as files that never change."""

    async def keep(self, edition: ArchivedEdition) -> None:
        """Keep it; again changes nothing."""
        ...

    async def has(self, period: str) -> bool: ...


class Proofs(Protocol):
    """What approvers were asked about editions, and what they answered."""

    async def latest(self, period: str) -> tuple[Proof | None, Sequence[Answer]]:
        """The last proof of an edition, with every answer to it in order."""
        ...

    async def ask(self, proof: Proof, posts: Sequence[Post], now: datetime) -> bool:
        """Write a proof down and queue its letters; False, and no effect, where there is one."""
        ...

    async def remind(self, proof: Proof, posts: Sequence[Post], now: datetime) -> None:
        """Queue reminders, and note when."""
        ...

    async def answer(
        self, proof: Proof, answer: Answer, posts: Sequence[Post], now: datetime
    ) -> bool:
        """Write an answer down and queue what tells of it.

        False, and no effect, where that approver's last answer said the same.
        """
        ...

    async def keys_of(self, message_ids: Collection[str]) -> Sequence[str]:
        """The outbox keys of those letters about proofs that have one of these Message-IDs."""
        ...

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...


class Copies(Protocol):
    """The copies of editions that the contact mailbox got."""

    async def holds(self, name: str) -> bool:
        """Whether any folder has the one with this name (`Composer.copy_of`).

        Raises MailboxError where that cannot be seen.
        """
        ...

    async def keep(self, raw: bytes) -> None:
        """Put a copy into the folder of what is our own. Raises MailboxError."""
        ...


# --- subscribers --------------------------------------------------------------------------------


class Subscriptions(Protocol):
    """What subscribers do themselves. A token that is nobody's changes nothing and gives None."""

    async def ask(
        self, change: Change, letter: Callable[[Subscriber | None], Post], now: datetime
    ) -> bool:
        """Queue the letter that asks, and note the request, in one transaction.

        `letter` is given the subscriber if there is an active one. False, and no effect, where its
        key is in the outbox already.
        """
        ...

    async def asked(self, token: str, now: datetime) -> Asked | None:
        """What the link with this token asks."""
        ...

    async def confirm(self, token: str, evidence: str, now: datetime) -> Asked | None:
        """Do what it asks; what stands then."""
        ...

    async def change(self, change: Change, now: datetime) -> State | None:
        """Do it for the subscriber with the change's token; the state then."""
        ...

    async def own(self, token: str) -> Subscriber | None:
        """The subscriber whose own token this is."""
        ...

    async def speak(self, subscriber: Subscriber, language: str, now: datetime) -> None: ...

    async def ask_to_move(
        self,
        subscriber: Subscriber,
        to: Address,
        token_from: str,
        token_to: str,
        posts: Sequence[Post],
        now: datetime,
    ) -> None:
        """Note the tokens and queue their letters; nothing where one is queued already."""
        ...

    async def history(self, subscriber: Subscriber) -> Sequence[Consent]: ...

    async def letters(self, subscriber: Subscriber) -> Sequence[Sent]: ...

    async def erase(self, subscriber: Subscriber, now: datetime) -> None: ...


# --- what comes back ----------------------------------------------------------------------------


class Bounces(Protocol):
    """What mail servers reported of our letters."""

    async def letter(
        self, message_ids: Collection[str], recipients: Collection[str], now: datetime
    ) -> CameBack | None:
        """The letter of ours that has one of these Message-IDs; else that of the last edition to
        one of these addresses, if it went out of late.
        """
        ...

    async def note(
        self, case: Case, came: CameBack, diagnosis: Diagnosis, weight: Weight
    ) -> Sequence[Bounce]:
        """Note a report, once a case; all there is about the same subscriber's letters.

        What was before the subscription changed last is left out, and there is none about a letter
        that is no subscriber's.
        """
        ...


# --- the mailbox --------------------------------------------------------------------------------


class Mailbox(Protocol):
    """One IMAP account, with its inbox selected."""

    async def waiting(self) -> Sequence[int]:
        """The UIDs in the inbox that are not marked as filed, oldest first."""
        ...

    async def fetch(self, uids: Sequence[int]) -> Sequence[RawMail]:
        """Those of `uids` that are still there. Leaves \\Seen as it was."""
        ...

    async def file(self, mails: Sequence[RawMail], folder: str) -> Sequence[int]:
        """Move mails of the inbox to `folder` (created when missing); the UIDs that are there now.

        A mail that somebody else has moved is not an error; it is left out of the answer. Where
        MOVE is missing the mail is copied once, however often this is called, and marked.
        """
        ...

    async def flag(self, mails: Sequence[RawMail]) -> None:
        """Put the star of mail programs on mails that still lie in the inbox (\\Flagged)."""
        ...


class Knowledge(Protocol):
    """What is known of mails: the rules, what was learned, and what we sent ourselves."""

    async def renew(self) -> None:
        """Take in what is new since; cheap where nothing is. To be called before `judge`."""
        ...

    def judge(self, raw: bytes, *, too_large: int = 0) -> Judged:
        """Decide on one mail. `too_large`: its size, where only the header block was fetched."""
        ...


class Originals(Protocol):
    """The exact bytes of every received mail, kept for good, found by their SHA-256 (hex)."""

    async def keep(self, raws: Sequence[bytes]) -> Sequence[str]:
        """Write them durably; their hashes. Keeping the same bytes again changes nothing."""
        ...

    async def get(self, hash: str) -> bytes: ...


class Absences(Protocol):
    """When leaders are away, as their automatic answers say."""

    async def note(self, leader: str, absence: Absence, source: str) -> None:
        """`leader` is a slug, `source` the case number of the answer; each source counts once."""
        ...

    async def on(self, day: date) -> Mapping[str, date]:
        """By the slug of each leader who is away on `day`: the last day of it."""
        ...


class Journal(Protocol):
    """The record of received mail."""

    async def record(self, mails: Sequence[tuple[RawMail, str]], now: datetime) -> Sequence[Case]:
        """Note that each mail was seen (with the hash of its bytes); its case, new or known."""
        ...

    async def background(
        self, inquiry: Inquiry, case: Case, tagged: str, now: datetime
    ) -> Background:
        """`tagged` is the case number in the mail's subject, or empty."""
        ...

    async def decide(
        self,
        case: Case,
        inquiry: Inquiry,
        verdict: Verdict,
        route: Route,
        posts: Sequence[Post],
        change: Change | None,
        now: datetime,
    ) -> Written:
        """Write the decision, the letters that follow and the subscriber's change, all or none.

        A case that was decided before stays as it is. An acknowledgement is left out where its
        recipient has had one meanwhile.
        """
        ...

    async def forwards(self, message_ids: Collection[str]) -> Sequence[Forwarded]:
        """Those of our letters with these Message-IDs that were forwards to a leader."""
        ...

    async def filed(self, mails: Sequence[RawMail], folder: str, now: datetime) -> None:
        """Note that these mails now lie in `folder`."""
        ...

    async def note_filed(self, places: Sequence[Place], folder: str, now: datetime) -> None:
        """As `filed`, by where the mails lay before."""
        ...

    async def undecided(self) -> Sequence[Case]:
        """Cases that were recorded and not decided: a run was ended in between, or that failed."""
        ...


# --- following up -------------------------------------------------------------------------------


class Answers(Protocol):
    """That inquiries were answered by mail."""

    async def note(
        self, leader: Leader, source: str, message_ids: Collection[str], now: datetime
    ) -> Sequence[str]:
        """Note that a leader's mail answers every inquiry that it refers to; each once a mail.

        `source` is the case number of that mail, `message_ids` what it refers to: our forwards and
        acknowledgements, or a resident's own mail. The numbers of what it answers.
        """
        ...


class FollowUps(Protocol):
    """Who waits for an answer, and who was told of it."""

    async def waiting(self) -> Sequence[Waiting]:
        """All that wait, in the order in which they came."""
        ...

    async def flagged(self, cases: Sequence[Case], now: datetime) -> Sequence[str]:
        """Note that the mailbox shows these as answered, once each; the numbers that are new."""
        ...

    async def send(self, waiting: Waiting, posts: Sequence[Post], now: datetime) -> bool:
        """Queue letters about it, all or none; False, and no effect, where it waits no more."""
        ...

    async def last_digest(self, day: date) -> date | None:
        """The day of the last digest up to `day`, if there was one of late."""
        ...

    async def happened(self, since: datetime, until: datetime) -> Happened:
        """What was decided, and what was told to be undelivered, from `since` to before `until`."""
        ...

    async def tell(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...


class Flags(Protocol):
    """What mail programs note about the mails in the folders."""

    async def answered(self, cases: Sequence[Case]) -> Sequence[Case]:
        """Those of them whose mail, in the folder where it was filed, was answered (\\Answered)."""
        ...


# --- the record ---------------------------------------------------------------------------------


class Chain(Protocol):
    """What happened to every case, sealed row by row."""

    async def examine(self) -> Examined: ...


class Past(Protocol):
    """Every case there was."""

    async def listed(self) -> Sequence[Listed]: ...

    async def decided(self, since: datetime) -> Sequence[Decided]:
        """Those that were received since then and decided, the oldest first; none erased."""
        ...


class Census(Protocol):
    """The whole mailbox, read and left as it is."""

    async def mails(self) -> Sequence[Lying]:
        """Every mail of every folder, those of the inbox first. Raises MailboxError."""
        ...


# --- corrections --------------------------------------------------------------------------------


class Labels(Protocol):
    """Who has an inquiry by a person's word, and who takes it."""

    async def holding(self, number: str, now: datetime) -> Holding | None:
        """How the case with this number stands; None where there is none, or it is undecided."""
        ...

    async def case_of(self, message_ids: Collection[str]) -> str:
        """The number of the case that one of these letters to leaders is about; or empty."""
        ...

    async def correct(self, correction: Correction, posts: Sequence[Post], now: datetime) -> bool:
        """Do it and queue what follows, all or none; a letter to the sender waits for SETTLES.

        Another that still waits is withdrawn. Where the mail was not moved by hand it becomes an
        errand. False, and no effect, where the case stands otherwise by now.
        """
        ...

    async def put(self, posts: Sequence[Post], now: datetime) -> None:
        """Queue letters; those whose key is there already are left alone."""
        ...

    async def take(self, holding: Holding, leader: str, now: datetime) -> None:
        """Note that a leader (a slug) takes it; again changes nothing."""
        ...

    async def errands(self) -> Sequence[Errand]:
        """What is still to be moved in the mailbox."""
        ...

    async def done(self, errand: Errand, moved: bool, now: datetime) -> None:
        """Note that the mail was `moved`, or that it is not there to be moved."""
        ...


class Sightings(Protocol):
    """Where people put mails of the record, as far as we looked."""

    async def marks(self) -> Mapping[str, Mark]:
        """By folder, how far it was looked through."""
        ...

    async def like(self, message_ids: Collection[str], sizes: Collection[int]) -> Sequence[Known]:
        """The mails of the record that have one of these ids; or no id known, and such a size."""
        ...

    async def note(
        self, folder: str, mark: Mark, found: Sequence[tuple[Place, str]], now: datetime
    ) -> None:
        """Note the cases (by number) found in a folder, and how far it was looked through."""
        ...

    async def unsettled(self) -> Sequence[Sighting]:
        """In the order in which they were found."""
        ...

    async def settle(self, place: Place, now: datetime) -> None:
        """Note that what was found there is dealt with."""
        ...


class Folders(Protocol):
    """The folders of the mailbox. A mail that is marked as deleted is gone."""

    async def news(self, since: Mapping[str, Mark]) -> Sequence[News]:
        """What came into each folder but the inbox since its mark; all, where it has none.

        Without any mark nothing came: what lies there was there before we looked. All folders then
        get theirs, the inbox too.
        """
        ...

    async def read(self, folder: str, validity: int, uids: Sequence[int]) -> Sequence[RawMail]:
        """Those of these mails that are still there. Leaves \\Seen as it was."""
        ...

    async def lies(self, place: Place) -> bool:
        """Whether there is a mail in this place."""
        ...

    async def holds(self, folder: str, case: Case, raw: bytes) -> bool:
        """Whether the folder has the case's mail, which is `raw`."""
        ...

    async def refile(self, source: str, target: str, case: Case, raw: bytes) -> bool:
        """Move the case's mail to `target` (created when missing); False where it is not there."""
        ...
