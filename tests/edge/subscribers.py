"""One subscriber, for the tests of the pages."""

from mailer.mail.address import Address
from mailer.subscriber.subscription import Subscriber
from tests.edge.browsing import NOW

TOKEN = "0123456789abcdef" * 2
ANNA = Subscriber(1, Address("anna@example.org", "Anna"), "sv", "active", "form", TOKEN, NOW)
