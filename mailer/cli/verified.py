"""What verifying the record found, as the command line tells it: one JSON object, or lines.

The keys of the object are a contract with other programs.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mailer.cli.frame import counted

if TYPE_CHECKING:
    from mailer.flows.reconcile import Verified
    from mailer.inquiry.reconciliation import Account


def as_object(found: "Verified") -> dict[str, Any]:
    """What concerns the mailbox is missing where it could not be looked through."""
    chain = found.chain
    told: dict[str, Any] = {
        "sound": found.sound,
        "chain": {
            "rows": chain.end.sequence,
            "last": chain.end.hash,
            "breaks": chain.breaks or None,
            "differ": list(chain.differ),
        },
        "originals": {"kept": found.cases, "altered": list(found.originals)},
    }
    if account := found.account:
        told |= {
            "received": account.received,
            **account.cases,
            "unexplained": account.mails["unexplained"],
            "noted": found.noted,
            "mails": account.mails,
            "elsewhere_cases": [{"case": case, "folder": at} for case, at in account.elsewhere],
            "missing_cases": list(account.missing),
            "unexplained_mails": [
                {
                    "folder": mail.place.folder,
                    "uid": mail.place.uid,
                    "message_id": mail.message_id,
                }
                for mail in account.unexplained
            ],
        }
    return told


def in_lines(found: "Verified") -> Iterator[str]:
    chain, altered = found.chain, found.originals
    state = f"broken: {chain.breaks}" if chain.breaks else "whole"
    yield f"chain: {counted(chain.end.sequence, 'row')}, {state}; the last is {chain.end.hash}"
    yield from (f"  {each}" for each in chain.differ)
    faults = counted(len(altered), "fault") if altered else "no faults"
    yield f"originals: {counted(found.cases, 'case')}, {faults}"
    yield from (f"  {each}" for each in altered)
    if found.account:
        yield from _of_mailbox(found.account)
    if found.noted:
        yield f"noted only now that they are filed: {found.noted}"


def _of_mailbox(account: "Account") -> Iterator[str]:
    yield f"received: {_sum(account.cases)}"
    yield from (f"  {case}: elsewhere, in {folder}" for case, folder in account.elsewhere)
    yield from (f"  {case}: missing" for case in account.missing)
    yield f"in the mailbox: {_sum(account.mails)}"
    for mail in account.unexplained:
        name = f"<{mail.message_id}>" if mail.message_id else "no Message-ID"
        yield f"  unexplained: {mail.place.folder}, UID {mail.place.uid}, {name}"


def _sum(counts: Mapping[str, int]) -> str:
    parts = " + ".join(f"{count} {name}" for name, count in counts.items())
    return f"{sum(counts.values())} = {parts}"
