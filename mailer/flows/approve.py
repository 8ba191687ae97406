"""Asking people whether an edition may go out: proofs, reminders, and what they answer.

Everything is written down with the letters that follow, in one transaction; asking again about the
same bytes, or taking the same answer twice, changes nothing.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from mailer.flows.ports.clock import Clock
from mailer.flows.ports.newsletter import Proofs
from mailer.flows.publish import Composer
from mailer.inquiry.verdict import Inquiry
from mailer.mail.address import Address
from mailer.mail.identity import Identity
from mailer.mail.message import Draft, shared
from mailer.mail.post import Post
from mailer.newsletter.approval import Answer, Approval, Proof, Says, read_answer, standing
from mailer.newsletter.edition import Edition
from mailer.newsletter.editorial import Asked, Editorial, changes, digest_of
from mailer.newsletter.finding import Finding
from mailer.newsletter.picture import relinked
from mailer.newsletter.render import Rendered
from mailer.newsletter.words import ORIGINAL
from mailer.organisation import Leader
from mailer.rendering import Words

log = logging.getLogger("mailer.approve")


@dataclass(frozen=True, slots=True)
class Edited:
    """An edition as it would go out now: its letters by language, and what preflight finds."""

    edition: Edition
    letters: dict[str, Rendered]
    findings: Sequence[Finding]

    @property
    def digest(self) -> str:
        return digest_of(self.letters)


@dataclass(frozen=True, slots=True)
class Approvals:
    """`coordinator` is asked, and told, where no approvers are named."""

    proofs: Proofs
    composer: Composer
    editorial: Editorial
    coordinator: Leader
    identity: Identity
    base_url: str
    clock: Clock

    @property
    def approval(self) -> Approval:
        """Who is asked: as the newsletter says, else the coordinator alone."""
        alone = Approval((self._coordinator,), 1, timedelta())
        return self.composer.newsletter.approval or alone

    @property
    def editors(self) -> tuple[Address, ...]:
        """Who is told what becomes of an edition."""
        return self.approval.by

    async def ask(self, edited: Edited, hour: datetime, *, missed: bool) -> None:
        """Send every approver the proof; once for each time that they must be asked."""
        now, period = self.clock.now(), edited.edition.period
        before, _ = await self.proofs.latest(period)
        text = edited.letters[ORIGINAL].text
        number = before.number + 1 if before else 1
        proof = Proof(
            period=period,
            number=number,
            hour=hour,
            digest=edited.digest,
            text=text,
            html=self._html(edited.letters[ORIGINAL]),
            asked=now,
            reminded=now,
        )
        asked = Asked(
            period=period,
            title=edited.edition.title,
            hour=hour,
            letters=edited.letters,
            findings=edited.findings,
            changes=changes(before.text, text) if before else "",
            missed=missed,
        )
        posts = list(self._proof_posts(proof, asked, edited, now))
        if await self.proofs.ask(proof, posts, now):
            log.info("approval-asked period=%s number=%s", period, number)

    async def remind(self, proof: Proof, answers: Sequence[Answer]) -> None:
        """Remind those who have not answered."""
        now = self.clock.now()
        answered = {answer.approver for answer in answers if answer.number == proof.number}
        posts = [
            self._post(
                f"proof/{proof.period}/{proof.number}/{_name(each)}/{now.isoformat()}",
                each,
                self.editorial.reminder(proof.period, proof.hour, now, self.link(proof, each)),
            )
            for each in self.approval.by
            if each.email.lower() not in answered
        ]
        await self.proofs.remind(proof, posts, now)

    async def answer(self, proof: Proof, approver: Address, says: Says, reason: str) -> bool:
        """Note an answer and tell every approver; False where it was answered so already."""
        now = self.clock.now()
        answer = Answer(proof.number, approver.email.lower(), says, reason, now)
        _, answers = await self.proofs.latest(proof.period)
        stands = standing(proof, (*answers, answer), self.approval.at_least)
        words = self.editorial.answered(
            proof.period,
            answer,
            approver.name or approver.email,
            proof.hour,
            bool(stands.approved),
        )
        posts = [
            self._post(
                f"notice/answer/{proof.period}/{proof.number}/{now.isoformat()}/{_name(each)}",
                each,
                words,
            )
            for each in self.approval.by
        ]
        noted = await self.proofs.answer(proof, answer, posts, now)
        if noted:
            log.info("approval-answered period=%s says=%s", proof.period, says)
        return noted

    async def take(self, inquiry: Inquiry) -> str:
        """Take a mail that answers a proof; why it was one, in Swedish, or "" where it is none.

        It counts where it refers to our letter to this very approver, and says plainly what.
        """
        approver = self.approval.approver(inquiry.sender)
        said = read_answer(inquiry.text)
        if not approver or not said:
            return ""
        for key in await self.proofs.keys_of(inquiry.references):
            _, period, number, name, *_ = key.split("/")
            proof, _ = await self.proofs.latest(period)
            if proof and name == _name(approver):
                if str(proof.number) != number:
                    words = self.editorial.outdated(period)
                    key = f"notice/outdated/{period}/{number}/{name}"
                    await self.proofs.put([self._post(key, approver, words)], self.clock.now())
                    return "svarar på ett korrektur som har ändrats sedan dess"
                await self.answer(proof, approver, *said)
                return "svarar på korrekturet av en utgåva"
        return ""

    async def tell(self, name: str, words: Words) -> None:
        """Tell the editors something, once for each `name`."""
        now = self.clock.now()
        posts = [self._post(f"notice/{name}/{_name(each)}", each, words) for each in self.editors]
        await self.proofs.put(posts, now)

    def link(self, proof: Proof, approver: Address) -> str:
        """The page on which this approver answers this proof, and nobody else."""
        name = _name(approver)
        seal = self.identity.seal("proof", proof.period, str(proof.number), name)
        return f"{self.base_url}/korrektur/{proof.period}/{proof.number}/{name}/{seal}"

    def approver_of(self, period: str, number: str, name: str, seal: str) -> Address | None:
        """Whom such a link was made for; None where it is not ours, or they no longer approve."""
        if not self.identity.sealed(seal, "proof", period, number, name):
            return None
        return next((each for each in self.approval.by if _name(each) == name), None)

    def _html(self, letter: Rendered) -> str:
        domain = self.composer.mailbox.domain
        return relinked(letter.html, letter.pictures, domain, lambda picture: picture.data_url)

    @property
    def _coordinator(self) -> Address:
        return Address(self.coordinator.address.email, self.coordinator.name)

    def _proof_posts(
        self, proof: Proof, asked: Asked, edited: Edited, now: datetime
    ) -> Iterator[Post]:
        inline = self.composer.inline(edited.letters[ORIGINAL])
        for each in self.approval.by:
            words, html = self.editorial.proof(asked, self.approval, self.link(proof, each))
            draft = Draft(
                sender=self.composer.mailbox,
                reply_to=(self.composer.mailbox,),
                subject=words.subject,
                text=words.text,
                html=html,
                date=now.astimezone(self.composer.zone),
                auto_submitted="auto-generated",
                inline=inline,
            )
            key = f"proof/{proof.period}/{proof.number}/{_name(each)}"
            yield self._letter(key, each, shared(draft))

    def _post(self, key: str, to: Address, words: Words) -> Post:
        draft = Draft(
            sender=self.composer.mailbox,
            reply_to=(self.composer.mailbox,),
            subject=words.subject,
            text=words.text,
            date=self.clock.now().astimezone(self.composer.zone),
            auto_submitted="auto-generated",
        )
        return self._letter(key, to, shared(draft))

    def _letter(self, key: str, to: Address, content: bytes) -> Post:
        return Post(
            key=key,
            kind="proof" if key.startswith("proof/") else "notice",
            to=to,
            mail_from=self.composer.mailbox.email,
            message_id=self.identity.message_id(key),
            content=content,
        )


def _name(approver: Address) -> str:
    """An approver in a key or a link: an address may be too long for one."""
    return sha256(approver.email.lower().encode()).hexdigest()[:12]
