"""axe-core in Chromium: what of a page is not accessible.

Where Chromium or axe-core cannot be had the test that asks is skipped by name.
"""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from tests.npm import module

VERSION = "4.14.1"

_RUN = """
<script src="SCRIPT"></script>
<script>
axe.run(document, {rules: {"frame-tested": {enabled: false}}}).then(found => {
  const told = found.violations.map(
    each => each.id + ": " + each.nodes.map(node => node.html.slice(0, 200)).join(" | "));
  document.documentElement.innerHTML = "<pre></pre>";
  document.querySelector("pre").textContent = JSON.stringify(told);
});
</script>
"""
"""A frame in the page is left out: its HTML is a page for itself."""


def violations(html: str, folder: Path, *, css: str = "", dark: bool = False) -> list[str]:
    """Each rule that the page breaks at a phone's width, with where.

    `css` takes the place of its style sheet; its scripts do not run. `folder` is for files.
    """
    if not shutil.which("chromium"):
        pytest.skip("chromium is not installed")
    script = module("axe-core", VERSION) / "axe.min.js"
    styled = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{css}</style>", html)
    without_scripts = re.sub(r"<script[^>]*></script>", "", styled)
    run = _RUN.replace("SCRIPT", script.as_uri())
    page = folder / "page.html"
    page.write_text(without_scripts.replace("</body>", run + "</body>"), "utf-8")
    command = [
        "chromium",
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update"),
        *("--window-size=600,900", "--virtual-time-budget=20000"),
        *(["--blink-settings=preferredColorScheme=0"] if dark else []),
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    assert found, "axe-core did not end"
    told: list[str] = json.loads(unescape(found[1]))
    return told
