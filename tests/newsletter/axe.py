"""axe-core in Chromium: what of a page is not accessible.

axe-core is installed with npm once, into the user's cache; where Chromium, npm or the registry are
missing the test that asks is skipped by name.
"""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

VERSION = "4.10.3"
CACHE = Path.home() / ".cache" / "mailer-tests" / f"axe-core-{VERSION}"

_RUN = """
<script>%s</script>
<script>
axe.run().then(found => {
  const result = document.createElement("pre");
  result.id = "violations";
  result.textContent = JSON.stringify(found.violations.map(
    each => each.id + ": " + each.nodes.map(node => node.html.slice(0, 200)).join(" | ")));
  document.body.append(result);
});
</script>
"""


def violations(html: str, folder: Path, *, dark: bool = False) -> list[str]:
    """Each rule that the page breaks, with where; `folder` is for its files meanwhile."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    page = folder / "page.html"
    page.write_text(html.replace("</body>", _RUN % _axe() + "</body>"), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    flags += ["--virtual-time-budget=20000", f"--user-data-dir={folder / 'profile'}"]
    flags += ["--blink-settings=preferredColorScheme=0"] if dark else []
    dumped = subprocess.run(
        [chromium, *flags, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    found = re.search(r'<pre id="violations">(.*?)</pre>', dumped, re.DOTALL)
    assert found, "axe-core gave no result"
    listed: list[str] = json.loads(unescape(found[1]))
    return listed


def _axe() -> str:
    script = CACHE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip("npm is not installed, and axe-core is not in the cache")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(CACHE)]
        done = subprocess.run(
            [*command, f"axe-core@{VERSION}"], capture_output=True, timeout=300, check=False
        )
        if done.returncode:
            pytest.skip("axe-core cannot be installed: the npm registry is not reached")
    return script.read_text(encoding="utf-8").replace("</script", "<\\/script")
