"""Real servers for the tests, each on a free loopback port and in a directory of its own.

Takes nothing but the programs that Debian packages (Dovecot, Postfix, PostgreSQL) and the servers
in Python among the test dependencies (aiosmtpd, pymap). Gives classes with `start()` and `stop()`
that are context managers too; one that cannot run skips the test that asks for it, by name,
and with CI=true fails it. The machine's own configuration and servers are left alone.
"""

from tests.servers.dovecot import Dovecot
from tests.servers.imap import Account, PymapServer
from tests.servers.postfix import Postfix, SmtpSink
from tests.servers.postgresql import PostgreSQL
from tests.servers.running import Process
from tests.servers.scripted import DRIPPING, ENDLESS, HANG_UP, SILENCE, Scripted, scripted
from tests.servers.sink import CUT, Letter, Sink

__all__ = [
    "CUT",
    "DRIPPING",
    "ENDLESS",
    "HANG_UP",
    "SILENCE",
    "Account",
    "Dovecot",
    "Letter",
    "Postfix",
    "PostgreSQL",
    "Process",
    "PymapServer",
    "Scripted",
    "Sink",
    "SmtpSink",
    "scripted",
]
