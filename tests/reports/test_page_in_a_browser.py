"""The page in headless Chromium: filters filter, formulas have boxes, nothing overflows."""

import itertools
import shutil

import pytest

from ntkproofs.reports.page.write import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed to show pages in")
PATIENCE = 200_000.0
"""Milliseconds that a busy machine may take for anything."""


@pytest.fixture(scope="module")
def address(report, tmp_path_factory):
    return write_report(report, tmp_path_factory.mktemp("report")).as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that containers do not give, and its shared memory
        # more room; the page is ours.
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=options, timeout=PATIENCE
        )
        yield running
        running.close()


@pytest.fixture
def opened(browser, address):
    """A page, opened without a network; whatever it complains of fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE)
    shown = context.new_page()
    complaints: list[str] = []
    shown.on("console", lambda message: complaints.append(message.text))
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    shown.on("request", lambda r: r.url.startswith(("file:", "data:")) or complaints.append(r.url))
    shown.goto(address)
    yield shown
    context.close()
    assert not complaints


def visible_rows(shown):
    return shown.locator("#table tbody tr:visible").count()


def test_filters_filter(opened):
    assert visible_rows(opened) == 3
    opened.select_option("#verdict", "proved")
    assert visible_rows(opened) == 1
    assert opened.inner_text("#shown") == "1 of 3 claims"
    assert opened.locator("section.claim:visible").count() == 1
    opened.select_option("#verdict", "")
    opened.select_option("#document", "talk")
    assert opened.locator("#table tbody tr:visible a").inner_text() == "talk.square"
    opened.fill("#search", "nothing like it")
    assert visible_rows(opened) == 0
    assert opened.locator("#none").is_visible()
    opened.click("#filters button[type=reset]")
    opened.wait_for_function("document.getElementById('shown').textContent === '3 of 3 claims'")
    opened.fill("#search", "A PAPER")
    assert opened.locator("#table tbody tr:visible a").inner_text() == "paper.holds"


def test_a_link_shows_what_a_filter_hides(opened):
    opened.select_option("#document", "paper")
    opened.evaluate("location.hash = '#claim-talk.square'")
    opened.wait_for_selector("#claim-talk\\.square", state="visible")
    assert visible_rows(opened) == 3


def test_formulas_have_boxes(opened):
    for details in opened.locator("details").all():
        details.evaluate("part => part.open = true")
    sizes = opened.evaluate(
        "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect())"
        ".map(box => [box.width, box.height])"
    )
    assert len(sizes) >= 8
    assert min(min(size) for size in sizes) > 1


@pytest.mark.parametrize("width", [400, 320, 900])
def test_nothing_overflows(opened, width):
    opened.set_viewport_size({"width": width, "height": 800})
    for details in opened.locator("details").all():
        details.evaluate("part => part.open = true")
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    # What is wider than its box may be scrolled there.
    hidden = opened.evaluate(
        """[...document.querySelectorAll('main *')].filter(part =>
            part.getBoundingClientRect().right > innerWidth + 1 &&
            !part.closest('.formula, pre, .chain, math, [hidden]')).map(part => part.outerHTML)"""
    )
    assert not [html for html in hidden if "left: -99rem" not in html and "<thead" not in html][:1]


def test_pictures_are_drawn_and_run_nothing(opened):
    opened.wait_for_function("[...document.images].every(image => image.complete)")
    sizes = opened.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(sizes) == 3
    assert min(sizes) > 0
    assert opened.locator("svg").count() == 0


def test_it_can_be_used_from_the_keyboard(opened):
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    for _ in range(8):
        opened.keyboard.press("Tab")
        name = opened.evaluate(
            "(e => e.labels?.[0]?.textContent || e.textContent)(document.activeElement)"
        )
        assert name.strip()
    unnamed = opened.evaluate(
        "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length).length"
    )
    assert unnamed == 0
    levels = opened.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(h => +h.tagName[1])"
    )
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_it_prints_readings_and_no_form(opened):
    opened.emulate_media(media="print")
    assert opened.locator("#filters").is_hidden()
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.locator("section.claim details.reading:not([open])").count() == 0
    assert opened.locator("section.claim details.steps[open]").count() == 0
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.locator("section.claim details[open]").count() == 0
    assert opened.pdf()[:4] == b"%PDF"


def test_it_follows_the_wish_for_dark(opened):
    def background():
        return opened.evaluate("getComputedStyle(document.body).backgroundColor")

    opened.emulate_media(color_scheme="light")
    light = background()
    opened.emulate_media(color_scheme="dark")
    assert background() != light


def test_it_is_read_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    shown = context.new_page()
    shown.goto(address)
    assert shown.locator("#table tbody tr:visible").count() == 3
    assert shown.locator("#filters").is_hidden()
    context.close()
