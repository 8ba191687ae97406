"""People who move mails in the account in memory, and what sees that they do."""

from collections.abc import Mapping, Sequence
from typing import Any

from mailer.edge.store.labels import StoredLabels
from mailer.edge.store.sightings import StoredSightings
from mailer.flows.corrections import Corrections
from mailer.flows.moves import Moves
from mailer.inquiry.record import Case, Mark, News, Place, RawMail, Sight
from mailer.inquiry.rerouted import Rerouted
from tests.flows.doubles import Account
from tests.flows.world import IDENTITY, LIMIT, ORGANISATION, RULES, TEMPLATES, ZONE, World


class Cabinet:
    """The port Folders on the folders of `account`; those in `gone` hold what is only marked."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.deleted: set[tuple[str, int]] = set()
        self.whole: list[int] = []

    def uid_in(self, folder: str) -> int:
        """The UID of the one mail there."""
        (uid,) = (
            each for each in self.account.folders[folder] if (folder, each) not in self.deleted
        )
        return uid

    def move(self, source: str, target: str) -> None:
        """As a mail program with MOVE does it, with the one mail in `source`."""
        mail = self.account.folders[source].pop(self.uid_in(source))
        self.account._put(mail, target)

    def copy(self, source: str, target: str) -> None:
        self.account._put(self.account.folders[source][self.uid_in(source)], target)

    def mark_deleted(self, folder: str, uid: int) -> None:
        self.deleted.add((folder, uid))

    def rebuild(self) -> None:
        """Every mail where it is, under other UIDs."""
        self.account.validity += 1
        self.account._uid = 0
        for folder, mails in list(self.account.folders.items()):
            there = list(mails.values())
            mails.clear()
            for mail in there:
                self.account._put(mail, folder)

    async def news(self, since: Mapping[str, Mark]) -> Sequence[News]:
        if self.account.gone:
            raise self.account.gone
        found = []
        for folder, mails in self.account.folders.items():
            mark = since.get(folder, Mark(0, 0))
            now = Mark(self.account.validity, self.account._uid + 1)
            if since and (folder == "INBOX" or mark == now):
                continue
            fresh = mark.validity == now.validity
            first = mark.next_uid if fresh else 1
            sights = [
                Sight(uid, len(mail), mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
                for uid, mail in sorted(mails.items())
                if since and uid >= first and (folder, uid) not in self.deleted
            ]
            found.append(News(folder, now, tuple(sights), fresh))
        return found

    async def read(self, folder: str, validity: int, uids: Sequence[int]) -> Sequence[RawMail]:
        self.whole += uids
        there = self.account.folders[folder]
        now = self.account._clock.now()
        return [
            RawMail(folder, validity, uid, now, len(there[uid]), self._raw(there[uid]))
            for uid in uids
            if uid in there
        ]

    async def lies(self, place: Place) -> bool:
        there = place.uid in self.account.folders.get(place.folder, {})
        return there and (place.folder, place.uid) not in self.deleted

    async def holds(self, folder: str, case: Case, raw: bytes) -> bool:
        return bool(self._found(folder, raw))

    async def refile(self, source: str, target: str, case: Case, raw: bytes) -> bool:
        if target in self.account.refused:
            await self.account.file([self._never()], target)
        found = self._found(source, raw)
        for uid in found:
            self.account._put(self.account.folders[source].pop(uid), target)
        return bool(found)

    def _found(self, folder: str, raw: bytes) -> list[int]:
        return [
            uid
            for uid, mail in self.account.folders.get(folder, {}).items()
            if self._raw(mail) == raw and (folder, uid) not in self.deleted
        ]

    def _raw(self, mail: bytes) -> bytes:
        return mail if len(mail) <= LIMIT else mail.partition(b"\r\n\r\n")[0]

    def _never(self) -> RawMail:
        return RawMail("", self.account.validity, 0, self.account._clock.now(), 0, b"")


def corrections(world: World, **others: Any) -> Corrections:
    parts: dict[str, Any] = {
        "labels": StoredLabels(world.database),
        "originals": world.originals,
        "absences": world.absences,
        "triage": world.triage,
        "correspondence": world.correspondence,
        "rerouted": Rerouted(TEMPLATES, ORGANISATION),
        "organisation": ORGANISATION,
        "rules": RULES,
        "identity": IDENTITY,
        "zone": ZONE,
        "limit": LIMIT,
        "clock": world.clock,
    }
    return Corrections(**{**parts, **others})


def moves(world: World, cabinet: Cabinet, **others: Any) -> Moves:
    parts: dict[str, Any] = {
        "folders": cabinet,
        "sightings": StoredSightings(world.database),
        "labels": StoredLabels(world.database),
        "journal": world.journal,
        "originals": world.originals,
        "triage": world.triage,
        "follow_ups": world.follow_ups,
        "clock": world.clock,
    }
    ports = {**parts, **others}
    if "corrections" not in ports:
        ports["corrections"] = corrections(
            world, labels=ports["labels"], originals=ports["originals"]
        )
    return Moves(**ports)
