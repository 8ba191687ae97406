"""The links by which a leader says what becomes of a case, wired."""

from collections.abc import Sequence

from mailer.flows.correspondence import LinksFor
from mailer.mail.identity import Identity
from mailer.organisation import Leader


def case_links(base_url: str, identity: Identity) -> LinksFor:
    """To the page of a case, for one leader alone."""

    def links(number: str, leader: Leader) -> Sequence[tuple[str, str]]:
        seal = identity.seal("case", number, leader.slug)
        page = f"{base_url}/arende/{number}/{leader.slug}/{seal}"
        return [("Säg att du tar det, eller skicka det vidare till rätt person", page)]

    return links
