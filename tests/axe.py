"""axe-core in Chromium: what of a page is not accessible.

axe-core comes from npm, once, into pytest's cache. Where Chromium, npm or the registry are missing
the test that asks is skipped by name.
"""

import json
import re
import shutil
import subprocess
from functools import cache
from html import unescape
from pathlib import Path

import pytest

VERSION = "4.14.1"
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "d" / f"axe-core-{VERSION}"
SCRIPT = CACHE / "node_modules" / "axe-core" / "axe.min.js"

_RUN = f"""
<script src="{SCRIPT.as_uri()}"></script>
<script>
axe.run(document, {{rules: {{"frame-tested": {{enabled: false}}}}}}).then(found => {{
  const told = found.violations.map(
    each => each.id + ": " + each.nodes.map(node => node.html.slice(0, 200)).join(" | "));
  document.documentElement.innerHTML = "<pre></pre>";
  document.querySelector("pre").textContent = JSON.stringify(told);
}});
</script>
"""
"""A frame in the page is left out: its HTML is a page for itself."""


def violations(html: str, folder: Path, *, css: str = "", dark: bool = False) -> list[str]:
    """Each rule that the page breaks at a phone's width, with where.

    `css` takes the place of its style sheet; its scripts do not run. `folder` is for files.
    """
    if missing := _missing():
        pytest.skip(missing)
    styled = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{css}</style>", html)
    without_scripts = re.sub(r"<script[^>]*></script>", "", styled)
    page = folder / "page.html"
    page.write_text(without_scripts.replace("</body>", _RUN + "</body>"), "utf-8")
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


@cache
def _missing() -> str:
    """Why axe-core cannot run here; empty where it can."""
    if not shutil.which("chromium"):
        return "chromium is not installed"
    if SCRIPT.exists():
        return ""
    if not shutil.which("npm"):
        return "npm is not installed, and axe-core is not in the cache"
    CACHE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--fetch-retries=0"]
    command += ["--prefix", str(CACHE), f"axe-core@{VERSION}"]
    try:
        subprocess.run(command, capture_output=True, timeout=120, check=True)
    except subprocess.SubprocessError:
        return "npm cannot install axe-core: is its registry reached?"
    return ""
