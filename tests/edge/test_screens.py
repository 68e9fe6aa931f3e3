"""Letters on real screens: headless Chromium draws and measures each.

At phone and desk width in light and dark, in a narrow window, and without its style sheet as some programs show it.
Images are off everywhere.
"""

import html
import json
import re
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.letters import Rendered, Said
from mailbot.core.message import Attachment, Language
from tests.edge.letter_samples import (
    ARRIVED,
    EMPTY_DAY,
    NOTICE_ON,
    STAFF_LETTERS,
    acknowledgement,
    digest,
    letter_trouble,
    notice,
    preview,
    receipt,
    refusal,
    warned,
    warning,
)

pytestmark = pytest.mark.real

JA, EN = Language.JA, Language.EN
NARROW, PHONE, DESK = 240, 360, 1000
SCREENS = [(NARROW, "light"), (PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]
BARE = [(NARROW, "bare"), (DESK, "bare")]
THUMB = 44
"""The least height and width, in CSS pixels, of what a thumb has to hit (WCAG 2.2, 2.5.5)."""
LONG_WORD = "https-example-" * 30
IDLE = Said("idle_manager", {"days": 5, "since": NOTICE_ON})
SILENT = Said("hand_on", {"people": ("s-sato", LONG_WORD[:40]), "since": ARRIVED})
LETTERS: dict[str, Rendered] = {
    "acknowledgement-ja": acknowledgement(JA, "disclosure", "marketing_stop", "complaint"),
    "acknowledgement-en": acknowledgement(EN, "disclosure", "incident_tip"),
    "notice-ja": notice(JA, ack_withheld="dmarc_fail"),
    "notice-long": notice(EN, text=LONG_WORD * 3, sender=f"{'x' * 240}@long.example", sender_name=LONG_WORD),
    "warning-ja": warning(JA, days_left=-2, lines=[warned("disclosure", "overdue", days_left=-2)]),
    "warning-everything": warning(
        JA,
        lines=[
            warned("disclosure", "half_used", Said("gate", {"days": 7}), SILENT),
            warned("marketing_stop", IDLE, "three_left", number=2),
        ],
        is_handed_on=True,
        is_idle=True,
        stands_in=True,
    ),
    "warning-manager": warning(
        EN, lines=[warned("erase", IDLE, SILENT)], is_handed_on=True, handler="s-sato", recipient_role="manager"
    ),
    "trouble-en": letter_trouble(EN),
    "digest-ja": digest(JA),
    "digest-en": digest(EN),
    "digest-empty": digest(JA, **EMPTY_DAY),
}
STAFF: dict[str, Rendered] = {
    **{f"{write.__name__}-{language}": write(language) for write in STAFF_LETTERS for language in Language},
    "preview-blocked": preview(JA, is_blocked=True, warnings=[Said("other_ref", {"refs": ["KJ-2026-000124-D"] * 9})]),
    "preview-long": preview(
        EN,
        to=f"{LONG_WORD[:60]}@long.example",
        text=LONG_WORD,
        attachments=[Attachment(LONG_WORD, LONG_WORD, 1, "0" * 64)],
    ),
    "refusal": refusal(
        JA,
        Said("missing", {"letter": "L8", "fields": ["事実", "理由"]}, "/不開示 33-2-1", is_done=False),
        Said("unknown_ground", {"grounds": [("33-2-1", LONG_WORD), (LONG_WORD, "x")]}, LONG_WORD, is_done=False),
    ),
    "help": receipt(EN, rows=[("/ask id|mandate|scope|wait [1 3]", "Asks the requester."), (LONG_WORD, LONG_WORD)]),
}
LETTERS |= STAFF
EVERY_SCREEN = [(name, width, mode) for name in LETTERS for width, mode in SCREENS]
BARE_SCREENS = [(name, width, mode) for name in STAFF for width, mode in BARE]
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
    taps: [...d.querySelectorAll("a.button")].map(e => e.getBoundingClientRect()).map(r => Math.min(r.width, r.height)),
    borders: [...d.querySelectorAll("a.button")].map(e => parseFloat(w.getComputedStyle(e).borderTopWidth)),
    dark: luminance(w.getComputedStyle(d.querySelector(".page")).backgroundColor) < 0.2 }; })); };
"""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the browser measured: by letter, width and mode."""
    folder = tmp_path_factory.mktemp("screens")
    page = folder / "all.html"
    frames = "".join(_frame(name, LETTERS[name], width, mode) for name, width, mode in EVERY_SCREEN + BARE_SCREENS)
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
    assert screen["text"] > 100
    assert all(size >= THUMB for size in screen["taps"]), "a button is smaller than a thumb"


@pytest.mark.parametrize(("name", "width", "mode"), BARE_SCREENS)
def test_a_staff_mail_without_its_style_sheet_fits_and_keeps_its_buttons(
    screens: dict[str, dict[str, Any]], name: str, width: int, mode: str
) -> None:
    screen = screens[f"{name} {width} {mode}"]
    assert screen["width"] == width, "it scrolls sideways"
    assert screen["faint"] == [], "its contrast is under 4.5"
    assert all(size >= THUMB for size in screen["taps"]), "a button is smaller than a thumb"
    assert all(screen["borders"]), "a button has no border"


@pytest.mark.parametrize("name", ["notice-ja", "preview-en", "approval-ja", "challenge-en"])
def test_what_asks_for_a_tap_has_buttons(screens: dict[str, dict[str, Any]], name: str) -> None:
    assert screens[f"{name} {PHONE} light"]["taps"]


def test_a_letter_is_painted(tmp_path: Path) -> None:
    page, picture = tmp_path / "letter.html", tmp_path / "letter.png"
    page.write_text(LETTERS["digest-ja"].html, "utf-8")
    _chromium(tmp_path, page, f"--screenshot={picture}", f"--window-size={PHONE},1400", "--hide-scrollbars")
    assert len(set(_pixels(picture.read_bytes()))) > 32


def _frame(name: str, letter: Rendered, width: int, mode: str) -> str:
    document = re.sub("(?s)<style>.*?</style>", "", letter.html) if mode == "bare" else letter.html
    source = html.escape(document, quote=True)
    style = f"border:0;color-scheme:{'light' if mode == 'bare' else mode}"
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
        "--blink-settings=imagesEnabled=false",
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
