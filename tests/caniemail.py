"""caniemail: what of a letter's HTML a mail program does not support, as caniemail.com has it.

Where node or caniemail cannot be had the test that asks is skipped by name.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from tests.npm import module

VERSION = "1.0.5"

_RUN = """
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";
const [html, clients] = JSON.parse(readFileSync(0, "utf8"));
const { errors } = caniemail({ html, clients }).issues;
const told = [...errors].map(([client, issues]) => [client, issues.map(each => each.title)]);
console.log(JSON.stringify(Object.fromEntries(told)));
"""


def unsupported(html: str, programs: Sequence[str]) -> dict[str, set[str]]:
    """The features that each of `programs` (such as "gmail.*") leaves out, by program."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", _RUN],
        cwd=module("caniemail", VERSION),
        input=json.dumps([html, programs]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return {program: set(titles) for program, titles in json.loads(done.stdout).items()}
