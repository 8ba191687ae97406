"""axe-core in Chromium, on pages that are given as HTML.

axe-core comes from npm, once a session. Where node, npm or Chromium are missing the tests skip.
"""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

VERSION = "4.14.1"
_NEEDS = ("chromium", "npm")
_RUN = """
<script src="axe.min.js"></script>
<script>
axe.run(document, {{rules: {{"frame-tested": {{enabled: false}}}}}}).then((found) => {{
  document.documentElement.innerHTML = "<pre></pre>";
  document.querySelector("pre").textContent = JSON.stringify(found.violations);
}});
</script>
"""


def install_axe(folder: Path) -> Path:
    """A folder with axe.min.js in it; skips the test where that cannot be had."""
    missing = [name for name in _NEEDS if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    command = ["npm", "install", "--silent", "--no-fund", "--prefix", folder, f"axe-core@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.skip(f"npm cannot install axe-core: {done.stderr.strip()}")
    return folder / "node_modules" / "axe-core"


def violations(axe: Path, html: str, css: str) -> list[dict[str, Any]]:
    """What axe-core finds in a page with its style sheet, at a phone's width."""
    # Inline, so that a file has its looks; the frame's own HTML is a page for itself.
    styled = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{css}</style>", html)
    without_scripts = re.sub(r"<script[^>]*></script>", "", styled)
    page = axe / "page.html"
    page.write_text(without_scripts.replace("</body>", _RUN.format() + "</body>"), "utf-8")
    profile = axe / "profile"
    command = [
        "chromium",
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update"),
        f"--user-data-dir={profile}",
        *("--window-size=600,900", "--virtual-time-budget=20000", "--dump-dom"),
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    assert found, "axe-core did not end"
    told: list[dict[str, Any]] = json.loads(unescape(found[1]))
    return [{"id": each["id"], "nodes": [node["html"] for node in each["nodes"]]} for each in told]
