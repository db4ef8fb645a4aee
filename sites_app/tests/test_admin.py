"""The administration of sites, roles, rules and flags: an administrator's own site, and nothing of another's."""

import datetime as dt
import re
import threading

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from sites_app.actions import change_status, grant_membership
from sites_app.models import Flag, Membership, RegionalRule, Site, SiteClosingDay

pytestmark = pytest.mark.django_db

KINDIA, CONAKRY = "/GN_KINDIA/admin/sites_app/", "/GN_CONAKRY/admin/sites_app/"


def person(name, **roles):
    user = get_user_model().objects.create_user(
        name, email=f"{name}@agence.example", password=None, full_name=name.title(), preferred_language="en"
    )
    for code, role in roles.items():
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def amina():
    """The administrator of Kindia."""
    return browser(person("amina", GN_KINDIA="admin"))


@pytest.fixture
def chloe():
    """Works in Conakry only."""
    return person("chloe", GN_CONAKRY="manager")


@pytest.fixture
def boss():
    user = get_user_model().objects.create_superuser("boss", "boss@agence.example", None)
    user.preferred_language = "en"
    user.save()
    return browser(user)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def rule_of(code, rule_type="vat_rate"):
    return RegionalRule.objects.get(site=code, rule_type=rule_type)


def rule_form(rule, **values):
    days = {"valid_0": rule.valid.lower or "", "valid_1": rule.valid.upper or ""}
    return {"value": '"0.18"', "source": rule.source, "status": rule.status, **days, **values}


# --- who comes in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["agent", "manager", "admin"])
def test_everyone_with_a_role_enters_and_sees_the_tables_of_that_role(role):
    user = person("awa", GN_KINDIA=role)
    assert not user.is_staff
    page = text(browser(user).get("/GN_KINDIA/admin/"))
    assert ("/GN_KINDIA/admin/sites_app/membership/" in page) == (role == "admin")
    assert "/GN_KINDIA/admin/sites_app/flag/" not in page
    assert "/GN_KINDIA/admin/accounts/" not in page


@pytest.mark.parametrize("role", ["agent", "manager"])
@pytest.mark.parametrize("table", ["site", "membership", "regionalrule", "siteclosingday", "flag"])
def test_the_settings_of_a_site_are_for_its_administrators(role, table):
    client = browser(person("awa", GN_KINDIA=role))
    assert client.get(f"{KINDIA}{table}/").status_code == 403
    assert client.get(f"{KINDIA}{table}/add/").status_code == 403


def test_somebody_of_another_site_is_refused_and_nobody_is_sent_to_sign_in_twice(amina):
    assert amina.get(f"{CONAKRY}regionalrule/").status_code == 403
    assert amina.get("/GN_KINDIA/admin/accounts/user/").status_code == 403
    assert Client().get("/GN_KINDIA/admin/")["Location"] == "/accounts/login/?next=/GN_KINDIA/admin/"


def test_there_is_one_way_out_and_it_is_a_form(amina):
    page = text(amina.get("/GN_KINDIA/admin/"))
    assert '<form id="logout-form" method="post" action="/GN_KINDIA/accounts/logout/"' in page
    assert 'href="/GN_KINDIA/accounts/password/"' in page
    assert 'href="/GN_KINDIA/" class' in page  # back to the site's own pages
    for gone in ("logout/", "password_change/", "search/", "r/1/1/"):
        assert amina.get(f"/GN_KINDIA/admin/{gone}").status_code == 404
    assert amina.post("/GN_KINDIA/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in amina.session


def test_one_changes_to_another_site_from_the_same_page():
    client = browser(person("awa", GN_KINDIA="admin", GN_LABE="agent"))
    page = text(client.get("/GN_KINDIA/admin/leasing/tenant/"))
    for code in ("GN_LABE", "ALL"):
        assert f'href="/{code}/admin/leasing/tenant/"' in page
    assert "GN_CONAKRY" not in page


# --- another site's rows ----------------------------------------------------------------------------


@pytest.fixture
def theirs(chloe):
    """Conakry's rows, by table."""
    return {
        "site": Site.objects.get(pk="GN_CONAKRY"),
        "membership": Membership.objects.get(user=chloe),
        "regionalrule": rule_of("GN_CONAKRY"),
        "siteclosingday": SiteClosingDay.objects.create(site_id="GN_CONAKRY", day="2026-12-24", reason="Inventory"),
    }


def same(one, other, *ids):
    def plain(response):
        page = response.content.decode()
        for value in ids:
            page = re.sub(rf"(?<!\w){re.escape(str(value))}(?!\w)", "ID", page)
        return response.status_code, re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "TOKEN", page)

    return plain(one) == plain(other)


@pytest.mark.no_cover
@pytest.mark.parametrize("table", ["site", "membership", "regionalrule", "siteclosingday"])
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_another_sites_row_answers_like_one_that_does_not_exist_and_stays_as_it_is(amina, theirs, table, page):
    row, missing = theirs[table], "GN_NOWHERE" if table == "site" else 999_999
    before = type(row).objects.filter(pk=row.pk).values().get()
    form = {"name_fr": "Taken", "role": "admin", "value": '"0.99"', "source": "me", "reason": "x", "post": "yes"}
    for method in ("get", "post"):
        one = getattr(amina, method)(f"{KINDIA}{table}/{row.pk}/{page}/", form if method == "post" else None)
        other = getattr(amina, method)(f"{KINDIA}{table}/{missing}/{page}/", form if method == "post" else None)
        assert same(one, other, row.pk, missing), (method, one.status_code, other.status_code)
        assert one.status_code in (403, 404)
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.no_cover
@pytest.mark.parametrize("table", ["membership", "regionalrule", "siteclosingday"])
def test_another_sites_rows_are_not_in_lists_or_reached_by_a_list_action(amina, theirs, table):
    row = theirs[table]
    for query in ("", "?site__exact=GN_CONAKRY", "?site__code__exact=GN_CONAKRY", "?q=chloe", "?all="):
        response = amina.get(f"{KINDIA}{table}/{query}")
        assert response.status_code in (200, 302, 400), query  # a filter that is not offered is refused
        assert f"{table}/{row.pk}/change" not in text(response)
        assert "Chloe" not in text(response)
    for chosen in (row.pk, 999_999):
        answer = amina.post(
            f"{KINDIA}{table}/",
            {"action": "delete_selected", "_selected_action": [chosen], "post": "yes"},
        )
        assert answer.status_code in (200, 302)
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("action", ["offline", "maintenance", "open"])
def test_another_sites_status_is_out_of_reach(amina, action):
    for method in (amina.get, amina.post):
        one = method(f"{KINDIA}site/GN_CONAKRY/{action}/")
        other = method(f"{KINDIA}site/GN_NOWHERE/{action}/")
        assert one.status_code == other.status_code == 404
        assert same(one, other, "GN_CONAKRY", "GN_NOWHERE")
    assert Site.objects.get(pk="GN_CONAKRY").status == "active"


def test_a_site_in_the_form_is_ignored(amina):
    chloe = person("binta")
    amina.post(f"{KINDIA}membership/add/", {"person": "binta", "role": "agent", "site": "GN_CONAKRY"})
    amina.post(f"{KINDIA}siteclosingday/add/", {"day": "2026-12-26", "reason": "Feast", "site": "GN_CONAKRY"})
    assert Membership.objects.get(user=chloe).site_id == "GN_KINDIA"
    assert SiteClosingDay.objects.get(reason="Feast").site_id == "GN_KINDIA"


def test_autocomplete_offers_no_people_and_no_sites(amina, chloe):
    for table, field in (("membership", "user"), ("membership", "site"), ("site", "failover_site")):
        query = {"app_label": "sites_app", "model_name": table, "field_name": field, "term": ""}
        response = amina.get("/GN_KINDIA/admin/autocomplete/", query)
        assert response.status_code == 403 or "GN_CONAKRY" not in text(response)
        assert "Chloe" not in text(response)


# --- roles ------------------------------------------------------------------------------------------


def test_an_administrator_gives_a_role_to_somebody_they_can_name(amina, chloe):
    response = amina.post(f"{KINDIA}membership/add/", {"person": "CHLOE@agence.example", "role": "agent"})
    assert response.status_code == 302
    granted = Membership.objects.get(user=chloe, site="GN_KINDIA")
    assert (granted.role, granted.is_primary) == ("agent", False)  # her first site stays Conakry


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"person": "nobody", "role": "agent"}, "Nobody has this user name or e-mail."),
        ({"person": "amina", "role": "agent"}, "This person has a role on this site already"),
        ({"person": "chloe", "role": "king"}, "Select a valid choice."),
        ({"person": "", "role": "agent"}, "This field is required."),
    ],
)
def test_a_role_that_cannot_be_given_is_refused_with_a_reason(amina, chloe, form, sentence):
    response = amina.post(f"{KINDIA}membership/add/", form)
    assert (response.status_code, sentence in text(response)) == (200, True)
    assert Membership.objects.filter(site="GN_KINDIA").count() == 1


def test_a_role_is_changed_and_taken_away_and_the_page_says_by_whom(amina):
    boris = Membership.objects.get(user=person("boris", GN_KINDIA="agent"))
    amina.post(f"{KINDIA}membership/{boris.pk}/change/", {"role": "manager"})
    boris.refresh_from_db()
    assert (boris.role, boris.is_primary) == ("manager", True)
    page = words(amina.get(f"{KINDIA}membership/{boris.pk}/change/"))
    assert re.search(r"Amina Changed Administration Role: Agent → becomes Manager", page)
    assert amina.post(f"{KINDIA}membership/{boris.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(pk=boris.pk).exists()


NO_ADMINISTRATOR = "would have no administrator left. Give the role to somebody else first, or ask a superuser."


def membership_of(name, code="GN_KINDIA"):
    return Membership.objects.get(user__username=name, site=code)


def leave(browser, *names, way):
    """The administrators `names` give up or lose their role in one of the ways there are."""
    rows = [membership_of(name).pk for name in names]
    if way == "another role":
        return [browser.post(f"{KINDIA}membership/{pk}/change/", {"role": "agent"}, follow=True) for pk in rows][-1]
    if way == "deletion":
        return [browser.post(f"{KINDIA}membership/{pk}/delete/", {"post": "yes"}, follow=True) for pk in rows][-1]
    form = {"action": "delete_selected", "_selected_action": rows, "post": "yes"}
    return browser.post(f"{KINDIA}membership/", form, follow=True)


WAYS = ["another role", "deletion", "list action"]


@pytest.mark.parametrize("way", WAYS)
def test_the_last_administrator_of_a_site_keeps_the_role(amina, way):
    person("moussa", GN_KINDIA="agent")
    gone = person("gone", GN_KINDIA="admin")
    gone.is_active = False
    gone.save()
    answer = leave(amina, "amina", way=way)
    assert NO_ADMINISTRATOR in words(answer)
    assert membership_of("amina").role == "admin"
    # Others' roles, and one's own once there is a second administrator, are no matter of this.
    leave(amina, "moussa", way="deletion")
    assert not Membership.objects.filter(user__username="moussa").exists()
    person("binta", GN_KINDIA="admin")
    leave(amina, "amina", way=way)
    assert not Membership.objects.filter(user__username="amina", role="admin").exists()


def test_all_administrators_at_once_cannot_go_by_a_list_action(amina):
    person("binta", GN_KINDIA="admin")
    assert NO_ADMINISTRATOR in words(leave(amina, "amina", "binta", way="list action"))
    assert Membership.objects.filter(site="GN_KINDIA", role="admin").count() == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_superuser_may_leave_a_site_without_an_administrator(boss, way):
    person("amina", GN_KINDIA="admin")
    leave(boss, "amina", way=way)
    assert not Membership.objects.filter(site="GN_KINDIA", role="admin").exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_one_another_at_once_cannot_both_go():
    browsers = {name: browser(person(name, GN_KINDIA="admin")) for name in ("amina", "binta")}
    other = {"amina": "binta", "binta": "amina"}
    # Pages that both have seen before either acts.
    rows = {name: membership_of(name).pk for name in other}
    together = threading.Barrier(2)

    def remove(name):
        try:
            together.wait(10)
            browsers[name].post(f"{KINDIA}membership/{rows[other[name]]}/delete/", {"post": "yes"})
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=[name]) for name in other]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Membership.objects.filter(site="GN_KINDIA", role="admin").count() == 1


def test_whether_a_site_is_somebodys_first_is_for_superusers(amina, boss, chloe):
    grant_membership(user=chloe, site=Site.objects.get(pk="GN_KINDIA"), role="agent")
    here = Membership.objects.get(user=chloe, site="GN_KINDIA")
    address = f"{KINDIA}membership/{here.pk}/change/"
    amina.post(address, {"role": "agent", "is_primary": "on"})
    here.refresh_from_db()
    assert not here.is_primary
    refused = boss.post(address, {"role": "agent", "is_primary": "on"})
    assert "The primary site of this person is GN_CONAKRY." in text(refused)


def test_who_stands_in_for_a_site_gives_nobody_a_role_there_but_may_open_it(chloe):
    cover = browser(person("boris", GN_CONAKRY="admin"))
    kindia = Site.objects.get(pk="GN_KINDIA")
    change_status(site=kindia, status="offline")
    assert cover.get(f"{KINDIA}membership/").status_code == 200
    assert cover.get(f"{KINDIA}membership/add/").status_code == 403
    assert cover.post(f"{KINDIA}membership/add/", {"person": "chloe", "role": "admin"}).status_code == 403
    rule = rule_of("GN_KINDIA")
    assert cover.post(f"{KINDIA}regionalrule/{rule.pk}/change/", rule_form(rule)).status_code == 403
    assert cover.post(f"{KINDIA}site/GN_KINDIA/open/").status_code == 302
    kindia.refresh_from_db()
    assert kindia.status == "active"
    assert cover.get(f"{KINDIA}membership/").status_code == 403


# --- settings and status ------------------------------------------------------------------------------


def test_an_administrator_raises_a_limit_but_keeps_code_currency_and_status(amina):
    page = text(amina.get(f"{KINDIA}site/GN_KINDIA/change/"))
    assert 'name="max_tenants"' in page
    form = {
        "failover_site": "GN_MAMOU",
        "billing": "calendar",
        "default_language": "fuf",
        "timezone": "Africa/Conakry",
        "max_tenants": "2500",
        "max_properties": "400",
        "name_fr": "Agence de Kindia",
        "name_en": "Kindia Office",
        **{f"name_{code}": "" for code in ("sus", "fuf", "emk", "kqs")},
        "code": "GN_OTHER",
        "currency": "XOF",
        "country": "SN",
        "status": "offline",
    }
    assert amina.post(f"{KINDIA}site/GN_KINDIA/change/", form).status_code == 302
    site = Site.objects.get(pk="GN_KINDIA")
    assert (site.max_tenants, site.failover_site_id, site.name_en) == (2500, "GN_MAMOU", "Kindia Office")
    assert (site.currency, site.country, site.status) == ("GNF", "GN", "active")
    assert not Site.objects.filter(pk="GN_OTHER").exists()
    page = words(amina.get(f"{KINDIA}site/GN_KINDIA/change/"))
    assert re.search(r"Amina Changed Administration .*largest number of tenants: 2,000 → becomes 2,500", page, re.I)


def test_a_timezone_that_is_none_is_refused(amina):
    refused = amina.post(f"{KINDIA}site/GN_KINDIA/change/", {"timezone": "Africa/Kindia"})
    assert "This is not a timezone, such as Africa/Conakry." in text(refused)


def test_a_site_goes_offline_after_a_second_look_and_the_audit_names_who(amina):
    question = text(amina.get(f"{KINDIA}site/GN_KINDIA/offline/"))
    assert "Take Kindia Branch offline?" in question
    assert "The people of Conakry Headquarters stand in for it" in question
    assert Site.objects.get(pk="GN_KINDIA").status == "active"
    assert amina.post(f"{KINDIA}site/GN_KINDIA/offline/").status_code == 302
    assert Site.objects.get(pk="GN_KINDIA").status == "offline"
    assert "Amina Changed Administration Status: Active → becomes Offline" in words(
        amina.get(f"{KINDIA}site/GN_KINDIA/change/")
    )
    page = text(amina.get(f"{KINDIA}site/GN_KINDIA/change/"))
    # Closed as it is, its own administrator opens it again.
    assert f"{KINDIA}site/GN_KINDIA/open/" in page
    assert f"{KINDIA}site/GN_KINDIA/offline/" not in page
    assert amina.post(f"{KINDIA}site/GN_KINDIA/open/").status_code == 302
    assert Site.objects.get(pk="GN_KINDIA").status == "active"


def test_taking_a_site_offline_warns_when_nobody_can_stand_in(boss):
    question = text(boss.get("/SN_DAKAR/admin/sites_app/site/SN_DAKAR/offline/"))
    assert "No other site can stand in for it" in question


def test_only_a_superuser_adds_a_site_and_lands_on_it(amina, boss):
    form = {
        "code": "GN_BOKE",
        "failover_site": "GN_CONAKRY",
        "billing": "calendar",
        "default_language": "fr",
        "country": "GN",
        "timezone": "Africa/Conakry",
        "currency": "GNF",
        "max_tenants": "10",
        "max_properties": "10",
        "name_fr": "Agence de Boké",
    }
    assert amina.post(f"{KINDIA}site/add/", form).status_code == 403
    made = boss.post(f"{KINDIA}site/add/", form)
    assert made["Location"] == "/GN_BOKE/admin/sites_app/site/GN_BOKE/change/"
    assert boss.get(made["Location"]).status_code == 200
    assert boss.post("/GN_BOKE/admin/sites_app/site/GN_BOKE/delete/", {"post": "yes"}).status_code == 403


# --- rules ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule_type", "value", "sentence"),
    [
        ("vat_rate", "18 %", "A rate between 0 and 1 in quotes, such as &quot;0.05&quot;."),
        ("vat_rate", "0.18", "A rate between 0 and 1 in quotes, such as &quot;0.05&quot;."),
        ("notice_to_quit_days", "", "A whole number of days."),
        ("payment_methods", '["barter"]', "A list of methods, such as"),
        ("eviction_closed_season", '["06-31", "09-30"]', "Two days, such as"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_the_form_that_is_expected(amina, rule_type, value, sentence):
    rule = rule_of("GN_KINDIA", rule_type)
    before = rule.value
    refused = amina.post(f"{KINDIA}regionalrule/{rule.pk}/change/", rule_form(rule, value=value))
    assert "value" in refused.context["adminform"].form.errors
    assert sentence in text(refused)
    rule.refresh_from_db()
    assert rule.value == before


def test_a_changed_rule_says_who_changed_what_and_on_what_source(amina):
    rule = rule_of("GN_KINDIA")
    form = rule_form(rule, value='"0.20"', source="Loi de finances 2027, art. 12", status="confirmed")
    assert amina.post(f"{KINDIA}regionalrule/{rule.pk}/change/", form).status_code == 302
    rule.refresh_from_db()
    assert (rule.value, rule.entity, rule.valid) == ("0.20", "tax", DateRange(None, None))
    page = words(amina.get(f"{KINDIA}regionalrule/{rule.pk}/change/"))
    assert "Amina Changed Administration Value: &quot;0.18&quot; → becomes &quot;0.20&quot;" in page
    assert "becomes Loi de finances 2027, art. 12 Status: To be confirmed → becomes Confirmed" in page


def test_a_dated_value_gets_its_subject_and_may_not_overlap(amina):
    form = {
        "rule_type": "largest_cash_payment",
        "value": "5000000",
        "source": "Circulaire",
        "status": "confirmed",
        "valid_0": "2027-01-01",
        "valid_1": "",
    }
    refused = amina.post(f"{KINDIA}regionalrule/add/", form)
    assert "Another value of this rule is already valid on one of these days." in text(refused)
    old = rule_of("GN_KINDIA", "largest_cash_payment")
    RegionalRule.objects.filter(pk=old.pk).update(valid=DateRange(None, dt.date(2027, 1, 1)))
    assert amina.post(f"{KINDIA}regionalrule/add/", form).status_code == 302
    new = RegionalRule.objects.get(site="GN_KINDIA", value=5_000_000)
    assert (new.entity, new.valid) == ("payment", DateRange(dt.date(2027, 1, 1), None))


def test_a_range_without_a_day_is_refused(amina):
    rule = rule_of("GN_KINDIA")
    form = rule_form(rule, valid_0="2027-01-01", valid_1="2027-01-01")
    assert "The second day comes after the first" in text(amina.post(f"{KINDIA}regionalrule/{rule.pk}/change/", form))


def test_a_rule_that_was_ever_valid_is_not_deleted_one_to_come_is(amina):
    old = rule_of("GN_KINDIA")
    RegionalRule.objects.filter(pk=old.pk).update(valid=DateRange(None, dt.date(2999, 1, 1)))
    slip = RegionalRule.objects.create(
        site_id="GN_KINDIA",
        entity="tax",
        rule_type="vat_rate",
        value="0.81",
        source="slip",
        valid=DateRange(dt.date(2999, 1, 1), None),
    )
    assert amina.post(f"{KINDIA}regionalrule/{old.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [old.pk], "post": "yes"}
    assert amina.post(f"{KINDIA}regionalrule/", chosen).status_code in (302, 403)
    assert amina.post(f"{KINDIA}regionalrule/{slip.pk}/delete/", {"post": "yes"}).status_code == 302
    assert set(RegionalRule.objects.filter(site="GN_KINDIA", rule_type="vat_rate")) == {old}


def test_rules_are_read_in_words_and_their_texts_have_a_tab_for_each_language(amina):
    page = text(amina.get(f"{KINDIA}regionalrule/?all="))
    for words in ("18%", "15,000,000", "01/06 – 30/09", "08:30, 16:30", "Cash, Bank transfer, Mobile money"):
        assert words in page
    form = text(amina.get(f"{KINDIA}regionalrule/{rule_of('GN_KINDIA').pk}/change/"))
    for code in ("fr", "en", "sus", "fuf", "emk", "kqs"):
        assert f'name="description_{code}"' in form


# --- all my sites -------------------------------------------------------------------------------------------


def test_all_my_sites_shows_only_those_that_one_administers_and_changes_nothing(chloe):
    client = browser(person("awa", GN_KINDIA="admin", GN_LABE="admin", GN_CONAKRY="agent"))
    page = text(client.get("/ALL/admin/sites_app/regionalrule/?all="))
    assert "Kindia Branch" in page
    assert "Labé Branch" in page
    assert f"regionalrule/{rule_of('GN_CONAKRY').pk}/" not in page
    assert "Chloe" not in text(client.get("/ALL/admin/sites_app/membership/"))
    rule = rule_of("GN_KINDIA")
    opened = client.get(f"/ALL/admin/sites_app/regionalrule/{rule.pk}/change/")
    assert 'name="value"' not in text(opened)
    # These addresses stay open while a site takes no changes, so the administration itself must refuse.
    assert client.post(f"/ALL/admin/sites_app/regionalrule/{rule.pk}/change/", rule_form(rule)).status_code == 403
    assert client.post("/ALL/admin/sites_app/membership/add/", {"person": "chloe", "role": "agent"}).status_code == 403
    assert client.post("/ALL/admin/sites_app/site/GN_KINDIA/offline/").status_code == 403
    assert Site.objects.get(pk="GN_KINDIA").status == "active"


def test_all_my_sites_is_refused_where_one_administers_none():
    client = browser(person("awa", GN_KINDIA="agent", GN_LABE="manager"))
    assert client.get("/ALL/admin/sites_app/membership/").status_code == 403
    assert client.get("/ALL/admin/").status_code == 200


# --- flags ----------------------------------------------------------------------------------------------------


def test_flags_are_for_superusers_and_have_nothing_of_waffles_cookies(amina, boss):
    assert amina.get(f"{KINDIA}flag/").status_code == 403
    form = text(boss.get(f"{KINDIA}flag/add/"))
    for field in ("testing", "rollout", "languages", "users", "groups"):
        assert f'name="{field}"' not in form
    values = {
        "name": "kpi.trends",
        "note": "To be removed on 2027-03-01",
        "everyone": "unknown",
        "roles": ["manager", "admin"],
        "sites": ["GN_KINDIA"],
        "percent": "30",
    }
    assert boss.post(f"{KINDIA}flag/add/", values).status_code == 302
    flag = Flag.objects.get(name="kpi.trends")
    assert (flag.roles, flag.percent, flag.everyone) == (["manager", "admin"], 30, None)
    assert [site.pk for site in flag.sites.all()] == ["GN_KINDIA"]
    refused = boss.post(f"{KINDIA}flag/{flag.pk}/change/", values | {"percent": "101"})
    assert "less than or equal to 100" in text(refused)
    assert "boss Added Administration" in words(boss.get(f"{KINDIA}flag/{flag.pk}/change/"))
    assert boss.post(f"/ALL/admin/sites_app/flag/{flag.pk}/change/", values).status_code == 403


def test_what_nobody_needs_is_not_there():
    labels = {model._meta.label for model in admin.site._registry}
    assert not labels & {"waffle.Switch", "waffle.Sample", "waffle.Flag", "auth.Group", "pghistory.Events"}


# --- Django's own log, and the cost of a page --------------------------------------------------------------------


def test_djangos_log_of_all_sites_stays_empty_and_is_not_shown(amina):
    amina.post(f"{KINDIA}siteclosingday/add/", {"day": "2026-12-26", "reason": "Feast"})
    day = SiteClosingDay.objects.get()
    amina.post(f"{KINDIA}siteclosingday/{day.pk}/change/", {"day": "2026-12-27", "reason": "Feast"})
    amina.post(f"{KINDIA}siteclosingday/{day.pk}/delete/", {"post": "yes"})
    assert not SiteClosingDay.objects.exists()
    assert not LogEntry.objects.exists()
    other = get_user_model().objects.get(username="amina")
    LogEntry.objects.create(user=other, object_repr="Maison de Conakry", action_flag=1)
    assert "Maison de Conakry" not in text(amina.get("/GN_KINDIA/admin/"))


@pytest.mark.no_cover
@pytest.mark.parametrize("table", ["membership", "regionalrule", "siteclosingday"])
def test_a_list_costs_the_same_number_of_statements_however_long(amina, table, django_assert_max_num_queries):
    def fill(first, last):
        for number in range(first, last):
            person(f"p{number}", GN_KINDIA="agent")
            day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
            SiteClosingDay.objects.create(site_id="GN_KINDIA", day=day, reason="x")
            RegionalRule.objects.filter(site="GN_KINDIA", rule_type="vat_rate").exclude(value="0.99").delete()
            RegionalRule.objects.create(
                site_id="GN_KINDIA",
                entity="tax",
                rule_type="vat_rate",
                value="0.99",
                source="x",
                valid=DateRange(day, day + dt.timedelta(days=1)),
            )

    fill(0, 5)
    amina.get(f"{KINDIA}{table}/")
    with django_assert_max_num_queries(20) as few:
        amina.get(f"{KINDIA}{table}/")
    fill(5, 30)
    with django_assert_max_num_queries(20) as many:
        amina.get(f"{KINDIA}{table}/")
    assert len(few) == len(many), [query["sql"] for query in many.captured_queries]
