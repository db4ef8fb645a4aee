"""The frame around every page: what it offers whom, how much it weighs, and what it never contains."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import make_user
from akig.navigation import MENU
from sites_app.models import Membership, Site

pytestmark = pytest.mark.django_db
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
LANGUAGES = [code for code, _name in settings.LANGUAGES]
STATIC = re.compile(r'(?:href|src)="/static/([^"#]+)')
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
OTHER_HOST = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


@pytest.fixture
def manager():
    return member("mariama", GN_CONAKRY="manager", GN_KINDIA="agent")


def member(username, *, is_staff=False, **roles):
    user = make_user(username, full_name="Mariama Camara", preferred_language="fr", is_staff=is_staff)
    for position, (code, role) in enumerate(roles.items()):
        Membership.objects.create(user=user, site_id=code, role=role, is_primary=position == 0)
    client = Client()
    client.force_login(user)
    return client


def options_of(page, name):
    select = page.split(f'name="{name}"', 1)[1].split("</select>", 1)[0]
    return re.findall(r'<option value="([^"]*)"', select)


def menu_of(page):
    nav = page.split('<nav class="nav"', 1)[1].split("</nav>", 1)[0] if '<nav class="nav"' in page else ""
    return re.findall(r'<a href="([^"]+)"', nav)


# --- weight ---------------------------------------------------------------------------------------


def test_the_first_visit_of_the_sign_in_page_weighs_at_most_25_kb(client):
    response = client.get("/accounts/login/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode()
    files = set(STATIC.findall(page))
    assert {"akig.css", "akig.js", "icons.svg", "icon.svg"} <= files
    weights = {name: len(gzip.compress(open(finders.find(name), "rb").read(), 9)) for name in files}  # noqa: SIM115, PTH123
    # A kilobyte for the headers of each answer.
    total = len(response.content) + sum(weights.values()) + 1000 * (1 + len(files))
    assert total <= 25_000, weights


# --- the policy of the browser --------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_no_template_has_inline_script_or_style_or_another_host(path):
    text = path.read_text(encoding="utf-8")
    assert INLINE.search(text) is None
    assert OTHER_HOST.search(text) is None
    get_template(str(path.relative_to(settings.BASE_DIR / "templates")))


def test_no_line_of_a_template_is_longer_than_120_columns():
    found = [*settings.BASE_DIR.glob("templates/**/*.*"), *settings.BASE_DIR.glob("screens/templates/**/*.*")]
    assert {path.suffix for path in found} == {".html", ".js", ".txt"}
    long = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in found
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


def test_no_colour_depends_on_the_language():
    """So that contrast is looked at in one of them (tests.browser.axe_violations)."""
    sheets = [path.read_text() for folder in settings.STATICFILES_DIRS for path in folder.rglob("*.css")]
    assert sheets
    assert [found for sheet in sheets for found in re.findall(r":lang\(|\[lang", sheet)] == []
    # The page says its language, and that is all that a template makes of it.
    asking = {path.name: re.sub(r'lang="{{ LANGUAGE_CODE }}"', "", path.read_text()) for path in TEMPLATES}
    once = {name: text.count("LANGUAGE_CODE") for name, text in asking.items() if "LANGUAGE_CODE" in text}
    assert set(once.values()) == {1}, once


@pytest.mark.parametrize("address", ["/accounts/login/", "/nothing-here"])
def test_every_page_carries_a_policy_that_allows_nothing_inline(client, address):
    response = client.get(address)
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert INLINE.search(response.content.decode()) is None


def test_only_the_admin_may_evaluate_and_style_from_its_pages_and_nobody_else():
    admin = member("fatoumata", is_staff=True, GN_CONAKRY="admin")
    relaxed = admin.get("/GN_CONAKRY/admin/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in relaxed
    assert "style-src-attr 'unsafe-inline'" in relaxed
    assert relaxed.count("unsafe") == 2
    assert "unsafe" not in admin.get("/GN_CONAKRY/")["Content-Security-Policy"]
    assert "unsafe" not in Client().get("/accounts/login/?next=/admin/")["Content-Security-Policy"]


def test_htmx_is_served_from_here_and_told_to_leave_style_and_eval_alone():
    head = get_template("components/htmx.html").render()
    assert INLINE.search(head) is None
    config = json.loads(re.search(r"content='([^']+)'", head)[1])
    assert config == {"includeIndicatorStyles": False, "allowEval": False}
    assert finders.find(re.search(r'src="/static/([^"]+)"', head)[1]) is not None


# --- languages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_says_its_language_and_offers_all_six(client, code):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    page = client.get("/accounts/login/").content.decode()
    assert f'<html lang="{code}" dir="ltr">' in page
    assert options_of(page, "language") == LANGUAGES
    assert f'<option value="{code}" lang="{code}" selected>' in page


# --- sites ----------------------------------------------------------------------------------------


def test_the_selector_shows_the_persons_own_sites_and_all_of_them(manager):
    page = manager.get("/GN_KINDIA/").content.decode()
    assert options_of(page, "site") == ["GN_CONAKRY", "GN_KINDIA", "ALL"]
    assert '<option value="GN_KINDIA" selected>' in page


def test_who_has_one_site_reads_its_name_and_has_nothing_to_choose():
    page = member("ousmane", GN_KINDIA="agent").get("/GN_KINDIA/").content.decode()
    assert 'name="site"' not in page
    assert Site.objects.get(pk="GN_KINDIA").name in page


def test_choosing_a_site_opens_the_same_page_there_without_javascript(manager):
    page = manager.get("/GN_KINDIA/accounts/profile/").content.decode()
    form = page.split('action="/GN_KINDIA/sites/select/"', 1)[1].split("</form>", 1)[0]
    assert 'method="post"' in page.split('action="/GN_KINDIA/sites/select/"')[0].rsplit("<form", 1)[1]
    assert "<button" in form
    fields = {"next": re.search(r'name="next" value="([^"]*)"', form)[1], "site": "GN_CONAKRY"}
    assert manager.post("/GN_KINDIA/sites/select/", fields)["Location"] == "/GN_CONAKRY/accounts/profile/"


def test_choosing_a_site_on_a_page_about_one_thing_opens_its_section_not_a_404(manager):
    page = manager.get("/GN_KINDIA/accounts/tokens/5/revoke/")
    assert page.status_code == 404
    assert 'name="next" value="/"' in page.content.decode()


def test_changing_the_language_comes_back_to_the_same_page_of_the_same_site(manager):
    page = manager.get("/GN_KINDIA/?x=1&y=2").content.decode()
    assert 'name="next" value="/GN_KINDIA/?x=1&amp;y=2"' in page
    answer = manager.post("/GN_KINDIA/accounts/language/", {"language": "en", "next": "/GN_KINDIA/?x=1&y=2"})
    assert answer["Location"] == "/GN_KINDIA/?x=1&y=2"


# --- navigation -----------------------------------------------------------------------------------


def test_the_menu_has_what_the_role_on_this_site_may_open(manager):
    assert menu_of(manager.get("/GN_KINDIA/").content.decode()) == [
        "/GN_KINDIA/tasks/today/",
        "/GN_KINDIA/payments/new/",
        "/GN_KINDIA/",
        "/GN_KINDIA/admin/",
    ]
    assert "/GN_CONAKRY/kpi/" in menu_of(manager.get("/GN_CONAKRY/").content.decode())


def test_every_page_of_the_menu_exists_and_opens_for_an_admin():
    admin = member("fatoumata", is_staff=True, GN_CONAKRY="admin")
    addresses = menu_of(admin.get("/GN_CONAKRY/").content.decode())
    assert len(addresses) == len([entry for entry in MENU if not entry.unless])
    assert {admin.get(address).status_code for address in addresses} == {200}


def test_the_page_one_is_on_is_marked_in_the_menu(manager):
    page = manager.get("/GN_CONAKRY/").content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/GN_CONAKRY/"]


def test_every_icon_that_a_page_can_show_is_in_the_sprite():
    sprite = (settings.BASE_DIR / "static/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    used = set(re.findall(r'(?:name|icon)="([a-z]+)"', re.sub(r"<[^%>]*>", "", templates)))
    assert {entry.icon for entry in MENU} | (used & set(_include_names(templates))) <= drawn


def _include_names(templates):
    return re.findall(r'(?:components/icon\.html" with name|[ ]icon)="([a-z]+)"', templates)


# --- banners and home -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said"),
    [("maintenance", "est en maintenance"), ("offline", "est hors ligne")],
)
def test_a_site_that_takes_no_changes_says_so_on_every_page(manager, status, said):
    Site.objects.filter(pk="GN_KINDIA").update(status=status, failover_site=None)
    assert said in manager.get("/GN_KINDIA/").content.decode()
    assert said not in manager.get("/GN_CONAKRY/").content.decode()


def test_who_stands_in_for_an_offline_site_reads_that_its_own_rules_apply():
    covering = member("mariama", GN_CONAKRY="manager")
    Site.objects.filter(pk="GN_KINDIA").update(status="offline", failover_site="GN_CONAKRY")
    page = covering.get("/GN_KINDIA/").content.decode()
    assert "Vous prenez le relais de" in page
    assert "(en relais)</option>" in page


def test_all_my_sites_says_that_it_only_reads_and_lists_the_sites_with_ones_role(manager):
    page = manager.get("/ALL/").content.decode()
    assert "sert à lire" in page
    assert 'href="/GN_CONAKRY/"' in page
    assert 'href="/GN_KINDIA/"' in page


def test_home_greets_with_the_site_and_its_date(manager):
    page = manager.get("/GN_CONAKRY/").content.decode()
    assert f"<h1>{Site.objects.get(pk='GN_CONAKRY').name}</h1>" in page
    assert re.search(r"(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) \d", page)


@pytest.mark.urls("tests.refusals")
def test_the_frame_costs_no_sql_of_its_own(manager, django_assert_num_queries):
    manager.get("/GN_CONAKRY/")
    with CaptureQueriesContext(connection) as without_frame:
        assert manager.get("/GN_CONAKRY/fine/").content == b"fine"
    # Two more: the numbers of the overview, and who decides soon.
    with django_assert_num_queries(len(without_frame) + 2):
        assert b"<h1>" in manager.get("/GN_CONAKRY/").content


# --- forms ----------------------------------------------------------------------------------------


def test_a_refused_form_names_each_wrong_field_and_why_on_top_and_beside_it(client):
    page = client.post("/accounts/login/", {"username": "", "password": ""}).content.decode()
    summary = page.split('role="alert"', 1)[1].split("<form", 1)[0].split("</div>\n</div>", 1)[0]
    assert 'href="#id_username"' in summary
    assert 'href="#id_password"' in summary
    assert "Ce champ est obligatoire." in summary
    assert 'aria-describedby="id_username_error"' in page
    assert 'id="id_username_error"' in page
    assert page.count('aria-invalid="true"') == 2
