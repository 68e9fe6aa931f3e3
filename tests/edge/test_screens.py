"""Letters on real screens: headless Chromium draws each at phone and desk width, light and dark, and measures it."""

import html
import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.letters import Rendered
from mailbot.core.message import Language
from tests.edge.letter_samples import EMPTY_DAY, acknowledgement, digest, letter_trouble, notice, warning

pytestmark = pytest.mark.real

JA, EN = Language.JA, Language.EN
PHONE, DESK = 360, 1000
SCREENS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]
LONG_WORD = "https-example-" * 30
LETTERS: dict[str, Rendered] = {
    "acknowledgement-ja": acknowledgement(JA, "disclosure", "marketing_stop", "complaint"),
    "acknowledgement-en": acknowledgement(EN, "disclosure", "incident_tip"),
    "notice-ja": notice(JA, ack_withheld="dmarc_fail"),
    "notice-long": notice(EN, text=LONG_WORD * 3, sender=f"{'x' * 240}@long.example", sender_name=LONG_WORD),
    "warning-ja": warning(JA, days_left=-2, points=["overdue"]),
    "trouble-en": letter_trouble(EN),
    "digest-ja": digest(JA),
    "digest-en": digest(EN),
    "digest-empty": digest(JA, **EMPTY_DAY),
}
EVERY_SCREEN = [(name, width, mode) for name in LETTERS for width, mode in SCREENS]
MEASURE = """
const luminance = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
  .map(x => x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
  return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
const ground = (e, w) => { for (; e; e = e.parentElement) { const c = w.getComputedStyle(e).backgroundColor;
  if (!/, 0\\)$/.test(c)) return c; } return "rgb(255, 255, 255)"; };
const faint = (d, w) => { const found = [];
  for (const e of d.querySelectorAll("body *")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.replace(/\\u00a0/g, " ").trim())) continue;
    const [a, b] = [luminance(w.getComputedStyle(e).color), luminance(ground(e, w))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(e.textContent.slice(0, 30)); }
  return found; };
window.onload = () => { document.getElementById("answer").textContent = JSON.stringify(
  [...document.querySelectorAll("iframe")].map(f => { const w = f.contentWindow, d = w.document; return {
    id: f.id, width: d.documentElement.scrollWidth, text: d.body.innerText.length, faint: faint(d, w),
    column: Math.round(d.querySelector(".page").getBoundingClientRect().width),
    dark: luminance(w.getComputedStyle(d.querySelector(".page")).backgroundColor) < 0.2 }; })); };
"""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the browser measured: by letter, width and mode."""
    folder = tmp_path_factory.mktemp("screens")
    page = folder / "all.html"
    frames = "".join(_frame(name, LETTERS[name], width, mode) for name, width, mode in EVERY_SCREEN)
    page.write_text(f'<meta charset="utf-8">{frames}<pre id="answer"></pre><script>{MEASURE}</script>', "utf-8")
    dom = _chromium(folder, page, "--dump-dom", "--virtual-time-budget=5000")
    found = re.search(r'<pre id="answer">(.+?)</pre>', dom, re.DOTALL)
    assert found, dom[-2000:]
    return {screen["id"]: screen for screen in json.loads(html.unescape(found[1]))}


@pytest.mark.parametrize(("name", "width", "mode"), EVERY_SCREEN)
def test_a_letter_fits_its_screen_and_can_be_read(
    screens: dict[str, dict[str, Any]], name: str, width: int, mode: str
) -> None:
    screen = screens[f"{name} {width} {mode}"]
    assert screen["width"] == width, "it scrolls sideways"
    assert screen["column"] == min(width, 600)
    assert screen["dark"] == (mode == "dark")
    assert screen["faint"] == [], "its contrast is under 4.5"
    assert screen["text"] > 200


def test_a_letter_is_painted(tmp_path: Path) -> None:
    page, picture = tmp_path / "letter.html", tmp_path / "letter.png"
    page.write_text(LETTERS["digest-ja"].html, "utf-8")
    _chromium(tmp_path, page, f"--screenshot={picture}", f"--window-size={PHONE},1400", "--hide-scrollbars")
    assert len(set(_pixels(picture.read_bytes()))) > 32


def _frame(name: str, letter: Rendered, width: int, mode: str) -> str:
    source = html.escape(letter.html, quote=True)
    style = f"border:0;color-scheme:{mode}"
    return (
        f'<iframe id="{name} {width} {mode}" srcdoc="{source}" width="{width}" height="9000" style="{style}"></iframe>'
    )


def _chromium(folder: Path, page: Path, *options: str) -> str:
    program = shutil.which("chromium") or pytest.fail("Chromium is not installed; remedy: make servers", pytrace=False)
    quiet = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    command = [
        program,
        *quiet.split(),
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder}/chromium",
    ]
    done = subprocess.run([*command, *options, page.as_uri()], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def _pixels(png: bytes) -> bytes:
    """Return the unpacked image data of a PNG, row filters included: flat for an empty page."""
    packed, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    return zlib.decompress(packed)
