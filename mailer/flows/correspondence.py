"""The letters that follow from one received mail: to leaders, to its sender, to the coordinator.

Takes what was decided; gives `Post`s, each under a key that makes it happen once.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email import message_from_bytes
from email.policy import SMTP
from typing import Literal
from zoneinfo import ZoneInfo

from mailer.flows.subscribe import Invitations
from mailer.inquiry.record import Case, Forwarded
from mailer.inquiry.reply import Letters, Matter, answer_to, answered_in
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared, text_of
from mailer.mail.post import Due, LetterKind, Post
from mailer.organisation import Leader, Organisation
from mailer.rendering import Words
from mailer.subscriber.subscription import Change

_ATTACHED = 5 * 2**20
"""Octets of a letter that a notice takes along: no relay in use refuses that for its size."""

_TOO_LARGE = re.compile(r"^552 (?!5\.2\.2)|\b5\.(3\.4|2\.3)\b")
"""A relay's answer to a letter larger than it takes (RFC 1870, RFC 3463); 5.2.2 is a full mailbox.
"""

_WITHOUT_MAIL = "/without-mail"

LinksFor = Callable[[str, Leader], Sequence[tuple[str, str]]]
"""The links in a forward: to a case number and a leader, what stands before each, and its URL."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Writes letters in the name of the contact mailbox."""

    letters: Letters
    organisation: Organisation
    operator: Address
    identity: Identity
    invitations: Invitations
    zone: ZoneInfo
    links_for: LinksFor

    def about(
        self, matter: Matter, case: Case, original: bytes, change: Change | None, now: datetime
    ) -> tuple[Post, ...]:
        """Every letter that a decided mail leads to; `original` empty: it is too large to send."""
        return (
            *self._forwards(matter, case, original, now),
            *self._acknowledgements(matter, case, now),
            *self._confirmations(change, case, now),
        )

    def undelivered(self, due: Due, reply: str, now: datetime) -> tuple[Post, ...]:
        """What follows a forward that failed; nothing follows a notice that did.

        One that is too large for the relay goes again without the mail itself; of any other the
        coordinator is told.
        """
        if due.kind != "forward" or due.inquiry_id is None:
            return ()
        if _TOO_LARGE.search(reply) and not due.key.endswith(_WITHOUT_MAIL):
            return (self._without_mail(due, due.inquiry_id, reply, now),)
        forwarded = Forwarded(due.key, due.to.email, due.inquiry_id)
        return (self._undelivered(forwarded, reply, due.content, now),)

    def came_back(self, forwarded: Forwarded, reply: str, bounce: bytes, now: datetime) -> Post:
        """To the coordinator, about a forward that the relay took and that came back."""
        return self._undelivered(forwarded, reply, bounce, now)

    def breaker(self, limit: int, now: datetime) -> tuple[Post, ...]:
        """To the coordinator, once an hour: no acknowledgements are sent for now."""
        return (self._notice(f"breaker/{now:%Y-%m-%dT%H}", self.letters.breaker(limit), now),)

    def relay_trouble(self, reason: str, now: datetime) -> tuple[Post, ...]:
        """The notice that a relay takes nothing from us, at most once an hour."""
        words = self.letters.relay_trouble(reason, f"{now.astimezone(self.zone):%H:%M}")
        return (self._notice(f"relay/{now:%Y-%m-%dT%H}", words, now),)

    def mailbox_trouble(self, reason: str, since: datetime, now: datetime) -> Post:
        """To the operator, once a day: the mailbox cannot be read."""
        words = self.letters.mailbox_trouble(reason, since.astimezone(self.zone))
        return self._to_operator("mailbox", words, now)

    def unfiled(self, folder: str, count: int, since: datetime, now: datetime) -> Post:
        """To the operator, once a day: so many mails cannot be moved to `folder`."""
        words = self.letters.unfiled(folder, count, since.astimezone(self.zone))
        return self._to_operator(f"unfiled/{folder}", words, now)

    def secret_expires(self, client: str, expires: date, step: int, now: datetime) -> Post:
        """To the operator, once for each step: see `mail.expiry`."""
        words = self.letters.secret_expires(client, expires, passed=step == 0)
        content = shared(self._draft(words, "auto-generated", now))
        key = f"notice/secret/{client}/{expires}/{step}"
        return self._post(key, "notice", self.operator, content, None)

    def _to_operator(self, about: str, words: Words, now: datetime) -> Post:
        content = shared(self._draft(words, "auto-generated", now))
        key = f"notice/{about}/{now.astimezone(self.zone).date()}"
        return self._post(key, "notice", self.operator, content, None)

    def _without_mail(self, due: Due, inquiry_id: int, reply: str, now: datetime) -> Post:
        letter = message_from_bytes(due.content, policy=SMTP)
        words = self.letters.too_large(str(letter["Subject"]), text_of(due.content), reply)
        draft = replace(
            self._draft(words, "auto-generated", now),
            reply_to=tuple(
                Address(each.addr_spec, each.display_name) for each in letter["Reply-To"].addresses
            ),
            references=tuple(each.strip("<>") for each in str(letter["References"] or "").split()),
            to_colleague=True,
        )
        return self._post(due.key + _WITHOUT_MAIL, "forward", due.to, shared(draft), inquiry_id)

    def _undelivered(self, forwarded: Forwarded, reply: str, letter: bytes, now: datetime) -> Post:
        _, number, reader = forwarded.key.removesuffix(_WITHOUT_MAIL).split("/")
        attached = len(letter) <= _ATTACHED
        words = self.letters.undelivered(forwarded.recipient, reply, number, attached=attached)
        original = letter if attached else b""
        return self._notice(f"{number}/{reader}", words, now, original, forwarded.inquiry_id)

    def _forwards(
        self, matter: Matter, case: Case, original: bytes, now: datetime
    ) -> Iterator[Post]:
        mailbox = self.organisation.mailbox
        resident = answer_to(matter.inquiry, mailbox)
        for leader in matter.route.leaders:
            links = self.links_for(case.number, leader)
            words = self.letters.forward(matter, links, attached=bool(original))
            draft = replace(
                self._draft(words, "auto-generated", now),
                # The leader just answers: to the resident, and to us so that the answer is seen.
                reply_to=(resident, mailbox) if resident else (mailbox,),
                references=(*self._forward_before(matter, leader), *_thread(matter)),
                original=original,
                to_colleague=True,
            )
            to = Address(leader.address.email, leader.name)
            key = _forward(case.number, leader)
            post = self._post(key, "forward", to, shared(draft), case.id)
            yield replace(post, urgent=matter.verdict.urgent)

    def _forward_before(self, matter: Matter, leader: Leader) -> tuple[str, ...]:
        """The forward of the mail that this follows up: mail programs then show both together."""
        earlier = matter.earlier
        return (self.identity.message_id(_forward(earlier.number, leader)),) if earlier else ()

    def _acknowledgements(self, matter: Matter, case: Case, now: datetime) -> Iterator[Post]:
        if matter.route.acknowledge and matter.inquiry.sender:
            today = now.astimezone(self.zone).date()
            words = self.letters.acknowledgement(matter, today)
            draft = replace(
                self._draft(words, "auto-replied", now),
                references=_thread(matter),
                language=answered_in(matter.inquiry),
            )
            content = shared(draft)
            key = f"acknowledgement/{case.number}"
            yield self._post(key, "acknowledgement", matter.inquiry.sender, content, case.id)

    def _confirmations(self, change: Change | None, case: Case, now: datetime) -> Iterator[Post]:
        if change and change.act == "subscribe" and change.address:
            yield self.invitations.confirmation(change, now, case.id)

    def _notice(
        self,
        name: str,
        words: Words,
        now: datetime,
        original: bytes = b"",
        inquiry_id: int | None = None,
    ) -> Post:
        coordinator = self.organisation.coordinator
        to = Address(coordinator.address.email, coordinator.name)
        draft = self._draft(words, "auto-generated", now)
        content = shared(replace(draft, original=original, to_colleague=True))
        return self._post(f"notice/{name}", "notice", to, content, inquiry_id)

    def _draft(
        self, words: Words, auto: Literal["auto-replied", "auto-generated"], now: datetime
    ) -> Draft:
        return Draft(
            sender=self.organisation.mailbox,
            reply_to=(self.organisation.mailbox,),
            subject=words.subject,
            text=words.text,
            date=now.astimezone(self.zone),
            auto_submitted=auto,
        )

    def _post(
        self, key: str, kind: LetterKind, to: Address, content: bytes, inquiry_id: int | None
    ) -> Post:
        # What goes to leaders must come back to us if it cannot be delivered; what goes to
        # residents must not come back to anyone (RFC 3834, 3.3).
        returns = kind in ("forward", "notice")
        return Post(
            key=key,
            kind=kind,
            to=to,
            mail_from=self.organisation.mailbox.email if returns else "",
            message_id=self.identity.message_id(key),
            content=content,
            inquiry_id=inquiry_id,
        )


def _forward(number: str, leader: Leader) -> str:
    return f"forward/{number}/{leader.slug}"


def _thread(matter: Matter) -> tuple[str, ...]:
    return (*matter.inquiry.references, matter.inquiry.message_id)
