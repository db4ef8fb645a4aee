"""A real Chromium for tests marked `browser`; says loudly when the machine has none.

def test_something(page, live_server):
    page.goto(f"{live_server.url}/accounts/login/")
    assert axe_violations(page) == []
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PHONE = {"width": 360, "height": 740}
SMALLEST = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
# A newer Chromium draws its address bar as a page of its own, in every window: as much work again as an empty page.
# This list replaces Playwright's, of which pages served over HTTP need the rest.
WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
)


def executable() -> str | None:
    """Where Chromium is: CHROMIUM, or the first usual name on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and executable() is None:
        pytest.skip("no Chromium on this machine")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests need Chromium: install it, or set CHROMIUM to its path.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, where Django would then refuse its own plain database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        options = ["--no-sandbox", f"--disable-features={','.join(WITHOUT)}"]
        browser = playwright.chromium.launch(executable_path=executable(), args=options)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Make pages: `open_page(viewport=PHONE, locale="fr-FR", color_scheme="dark", …)`.

    Each is a browser of its own, without cookies. A message on the console or a failed script fails the test.
    """
    contexts, complaints = [], []

    def make(**options: Any) -> Any:
        context = chromium.new_context(**({"viewport": DESK, "locale": "fr-FR"} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    return open_page()


def sign_in(page: Any, address: str, username: str, password: str) -> None:
    """Sign in and open the page that one comes to. `address` is live_server.url.

    The form is sent, not drawn: a page costs Chromium a second, and tests/test_browser_sign_in.py fills it in.
    """
    login = f"{address}/accounts/login/"
    page.request.get(login)
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.CSRF_COOKIE_NAME)
    form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
    page.goto(page.request.post(login, form=form).url)
    assert "/accounts/login/" not in page.url


def axe_violations(page: Any, *, colours: bool = True) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice: "rule: the element".

    Without `colours` the contrast is left out, most of the work: one language has the colours of another
    (tests/test_look.py sees to that).
    """
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "selectors": False, "rules": {"color-contrast": {"enabled": colours}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def sideways(page: Any) -> int:
    """By how many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
