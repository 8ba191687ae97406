"""The record held against itself and against the world: chain, originals, mailbox.

Takes what is there as it is; gives what was found, and changes one thing only: where the process
ended after a mail was moved and before that was noted, it is noted now.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mailer.errors import MailboxError, StoreError
from mailer.flows.ports.clock import Clock
from mailer.flows.ports.mailbox import Census
from mailer.flows.ports.record import Chain, Journal, Originals, Past
from mailer.inquiry.chain import Examined
from mailer.inquiry.reconciliation import Account, Listed, reconcile


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `originals` says of each that is not as it was kept what is wrong with it.

    `account` is None where the mailbox could not be looked through; then `unseen` says why.
    `noted` counts the mails of which it was noted only now that they are filed.
    """

    chain: Examined
    cases: int
    originals: Sequence[str]
    account: Account | None
    unseen: str
    noted: int

    @property
    def sound(self) -> bool:
        kept = not (self.chain.breaks or self.chain.differ or self.originals)
        return kept and self.account is not None and self.account.adds_up


@dataclass(frozen=True, slots=True)
class Verification:
    """`kind_of_own` knows the Message-IDs of our own letters (`Identity.kind_of`)."""

    chain: Chain
    past: Past
    journal: Journal
    originals: Originals
    census: Census
    kind_of_own: Callable[[str], str]
    clock: Clock

    async def verify(self) -> Verified:
        """Look through everything. Raises StoreError."""
        examined = await self.chain.examine()
        cases = await self.past.listed()
        altered = [
            wrong for case in cases if (wrong := await self._original(case, examined.erased))
        ]
        try:
            account, noted = await self._mailbox(examined.erased)
        except MailboxError as error:
            return Verified(examined, len(cases), altered, None, str(error), 0)
        return Verified(examined, len(cases), altered, account, "", noted)

    async def _original(self, case: Listed, erased: Collection[str]) -> str:
        """What is wrong with the original of a case, or empty."""
        try:
            raw = await self.originals.get(case.hash)
        except StoreError as error:
            return "" if case.number in erased else f"{case.number}: {error}"
        if case.number in erased:
            return f"{case.number}: was erased, and its original is still there"
        if sha256(raw).hexdigest() != case.hash:
            return f"{case.number}: its original was altered since it was received"
        return ""

    async def _mailbox(self, erased: Collection[str]) -> tuple[Account, int]:
        account = await self._account(erased)
        if not account.adds_up:
            # What was moved from folder to folder meanwhile may have been met in neither.
            account = await self._account(erased)
        for folder, places in account.unnoted.items():
            await self.journal.note_filed(places, folder, self.clock.now())
        return account, sum(map(len, account.unnoted.values()))

    async def _account(self, erased: Collection[str]) -> Account:
        # The record is read last: what came in and was filed meanwhile is known to it.
        mails = await self.census.mails()
        return reconcile(mails, await self.past.listed(), erased, self.kind_of_own)
