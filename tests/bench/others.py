"""What else a newsletter is sent with, each in the way that its own documentation recommends.

nodemailer: a pooled transport that is given the next letter whenever it is idle. Django: all
letters to one `send_messages`, which keeps one connection. Both build each reader's letter.
"""

import json
import subprocess
import tempfile
from time import perf_counter

import pytest

from tests import npm
from tests.bench.edition import LINES, MAILBOX, PAGE, SUBJECT, reader
from tests.bench.postfix import SESSIONS

NODEMAILER = "10.6.0"

_POOL = """
const given = JSON.parse(require('fs').readFileSync(0))
const {library, letters, port, connections, from, subject, lines, page} = given
const transport = require(library).createTransport({
  host: '127.0.0.1', port, ignoreTLS: true,
  pool: true, maxConnections: connections, maxMessages: Infinity,
})
const began = performance.now()
let next = 0
let taken = 0
function letter(number) {
  const token = number.toString(16).padStart(32, '0')
  return {
    from, subject, to: {name: `Åsa Ek ${number}`, address: `p${number}@kommun.example`},
    text: `${lines}\\n\\n${page}/avsluta/${token}\\n${page}/min-sida/${token}\\n`,
    list: {unsubscribe: {url: `${page}/avsluta/${token}`, comment: ''}},
  }
}
transport.on('idle', () => {
  while (transport.isIdle() && next < letters) {
    transport.sendMail(letter(next++)).then(() => {
      taken += 1
      if (taken < letters) return
      console.log((performance.now() - began) / 1000)
      transport.close()
    })
  }
})
"""


def nodemailer(port: int, letters: int) -> float:
    """Seconds that nodemailer takes over so many letters; skips where npm cannot install it."""
    given = {
        "library": str(npm.module("nodemailer", NODEMAILER)),
        "letters": letters,
        "port": port,
        "connections": SESSIONS,
        "from": str(MAILBOX),
        "subject": SUBJECT,
        "lines": LINES,
        "page": PAGE,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".cjs") as script:
        script.write(_POOL)
        script.flush()
        command = ["node", script.name]
        return float(subprocess.check_output(command, input=json.dumps(given).encode()))


def django(port: int, letters: int) -> float:
    """Seconds that Django takes over so many letters; skips where it is not installed."""
    mail = pytest.importorskip("django.core.mail", reason="Django is not installed")
    settings = pytest.importorskip("django.conf").settings
    if not settings.configured:
        settings.configure(DEFAULT_CHARSET="utf-8", USE_I18N=False)
    began = perf_counter()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    connection = mail.get_connection(backend, host="127.0.0.1", port=port)
    taken = connection.send_messages(
        mail.EmailMessage(
            SUBJECT,
            f"{LINES}\n\n{PAGE}/avsluta/{number:032x}\n{PAGE}/min-sida/{number:032x}\n",
            str(MAILBOX),
            [str(reader(number))],
            headers={"List-Unsubscribe": f"<{PAGE}/avsluta/{number:032x}>"},
        )
        for number in range(letters)
    )
    assert taken == letters
    return perf_counter() - began
