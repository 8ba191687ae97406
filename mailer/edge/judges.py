"""A second process that judges mails as this one does; see `second_judge`.

Takes a `Triage` and what we sent; then mails, some at a time: it may be asked about the next before
it has answered about the last. Where it is not there yet, or has died, the answer is None: whoever
asks can judge as well.
"""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from mailer.edge.second_judge import Mail, answered, asked, parts_from, told
from mailer.inquiry.shingles import Shingles
from mailer.inquiry.triage import Judged, Triage

log = logging.getLogger("mailer.judges")

DEADLINE = 60.0
"""Seconds for an answer about a few mails, each of which takes half a second at most."""


class SecondJudge:
    """Start with `SecondJudge.start(…)`, close with `await close()`, in the event loop.

    One thread writes to the process and one reads from it: the models are megabytes, and would
    wait for their turn in the loop a hundred times.
    """

    def __init__(self, process: subprocess.Popen[bytes], triage: Triage, sent: Shingles) -> None:
        assert process.stdin and process.stdout  # noqa: S101 - both are pipes
        self._process = process
        self._target, self._source = process.stdin, process.stdout
        self._sent = sent
        self._loop = asyncio.get_running_loop()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="judge-told")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="judge-heard")
        self._told = self._loop.run_in_executor(self._writer, self._write, told(triage))

    @classmethod
    def start(cls, triage: Triage, sent: Shingles) -> Self | None:
        command = (sys.executable, "-m", "mailer.edge.second_judge")
        try:
            # Ctrl-C in a terminal is not for it.
            process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            log.warning("no-second-judge reason=%s", error.strerror)
            return None
        return cls(process, triage, sent)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ready(self) -> None:
        """Wait until it was told how to judge."""
        await self._told

    async def judge(self, mails: Sequence[Mail]) -> Sequence[Judged] | None:
        """What `Triage.judge` says of each; None where the process is not there."""
        if not self._told.done() or self._process.returncode is not None:
            return None
        # Both at once: the answers come in the order in which was asked.
        self._loop.run_in_executor(self._writer, self._write, asked(mails))
        answer = self._loop.run_in_executor(self._reader, self._read)
        try:
            async with asyncio.timeout(DEADLINE):
                return await asyncio.shield(answer)
        except TimeoutError:
            log.error("second-judge-hangs pid=%s", self.pid)
            self._process.kill()
            return await answer

    async def close(self) -> None:
        """End it: it has nothing to let go of. What was asked and not answered is None."""
        self._process.kill()
        for thread in (self._writer, self._reader):
            await asyncio.to_thread(thread.shutdown)
        await asyncio.to_thread(self._process.wait)
        self._target.close()
        self._source.close()

    # These run in the threads.

    def _write(self, message: Iterator[memoryview]) -> None:
        try:
            for piece in message:
                while piece:
                    piece = piece[self._target.write(piece) :]
        except BrokenPipeError:
            pass  # reading tells
        except Exception:  # a defect of ours may cost the help, not the mails
            log.exception("second-judge-failed")
            self._process.kill()

    def _read(self) -> Sequence[Judged] | None:
        try:
            return answered(parts_from(self._source), self._sent)
        except EOFError:
            if self._process.poll() is None:
                self._process.wait()
            return None
        except Exception:  # a defect of ours may cost the help, not the mails
            log.exception("second-judge-failed")
            self._process.kill()
            return None
