"""One request, one site, one transaction: which site it is, who may enter it, and what is left behind."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import get_script_prefix

from sites_app.actions import change_status, grant_membership
from sites_app.models import Membership, Site, SiteClosingDay
from sites_app.scope import current_site_codes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("sites_app.tests.pages")]


def person(name, **roles):
    user = get_user_model().objects.create_user(name, password=None)
    for code, role in roles.items():
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


@pytest.fixture
def amina():
    return person("amina", GN_CONAKRY="manager", GN_KINDIA="agent")


@pytest.fixture
def boris():
    return person("boris", GN_KINDIA="agent")


def get(client, user, address, **headers):
    client.force_login(user)
    return client.get(address, headers=headers)


# --- which site -----------------------------------------------------------------------------------


def test_the_address_decides_and_links_on_the_page_keep_it(client, amina):
    answer = get(client, amina, "/GN_KINDIA/where/").json()
    assert answer["site"] == "GN_KINDIA"
    assert answer["codes"] == ["GN_KINDIA"]
    assert answer["database"] == "{GN_KINDIA}"
    assert answer["link"] == "/GN_KINDIA/where/"
    assert answer["path"] == "/GN_KINDIA/where/"


def test_two_sites_in_turn_never_mix_and_nothing_is_left_after_a_request(client, amina):
    for code in ("GN_KINDIA", "GN_CONAKRY", "GN_KINDIA"):
        answer = get(client, amina, f"/{code}/where/").json()
        assert (answer["site"], answer["link"]) == (code, f"/{code}/where/")
        assert get_script_prefix() == "/"
        assert current_site_codes() is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('akig.sites', true)")
            assert not cursor.fetchone()[0]


def test_a_bare_page_address_redirects_to_the_primary_sites_page_and_keeps_the_query(client, amina):
    response = get(client, amina, "/where/?from=2026-01-01")
    assert (response.status_code, response["Location"]) == (302, "/GN_CONAKRY/where/?from=2026-01-01")


def test_a_bare_address_with_a_site_in_its_query_redirects_there_without_it(client, amina):
    assert get(client, amina, "/where/?site=GN_KINDIA&n=2")["Location"] == "/GN_KINDIA/where/?n=2"


def test_the_session_choice_comes_before_the_primary_site_and_the_header_before_both(client, amina):
    client.force_login(amina)
    assert client.post("/sites/select/", {"site": "GN_KINDIA", "next": "/GN_CONAKRY/where/?x=1"})["Location"] == (
        "/GN_KINDIA/where/"
    )
    assert client.get("/api/where").json()["site"] == "GN_KINDIA"
    assert client.get("/api/where", headers={"X-Site-ID": "GN_CONAKRY"}).json()["site"] == "GN_CONAKRY"
    assert client.get("/api/where?site_id=GN_CONAKRY").json()["site"] == "GN_CONAKRY"


def test_a_choice_whose_right_is_gone_is_forgotten(client, amina):
    client.force_login(amina)
    client.post("/sites/select/", {"site": "GN_KINDIA"})
    Membership.objects.filter(user=amina, site_id="GN_KINDIA").delete()
    assert client.get("/api/where").json()["site"] == "GN_CONAKRY"


def test_the_only_membership_is_enough(client, boris):
    Membership.objects.filter(user=boris).update(is_primary=False)
    assert get(client, boris, "/api/where").json()["site"] == "GN_KINDIA"


def test_several_sites_and_nothing_that_names_one_asks(client, amina):
    Membership.objects.filter(user=amina).update(is_primary=False)
    assert get(client, amina, "/where/")["Location"] == "/sites/"
    assert get(client, amina, "/api/where").status_code == 400


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/GN_KINDIA/where/", {"X-Site-ID": "GN_CONAKRY"}),
        ("/GN_KINDIA/where/?site=GN_CONAKRY", {}),
        ("/api/where?site=GN_KINDIA", {"X-Site-ID": "GN_CONAKRY"}),
        ("/api/where?site=GN_KINDIA&site_id=GN_CONAKRY", {}),
    ],
)
def test_two_sites_in_one_request_are_a_bad_request_that_names_both(client, amina, address, headers):
    response = get(client, amina, address, **headers)
    assert response.status_code == 400
    assert "GN_CONAKRY, GN_KINDIA" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/GN_NOWHERE/where/", {}),
        ("/api/where", {"X-Site-ID": "GN_NOWHERE"}),
        ("/api/where?site=GN_NOWHERE", {}),
        ("/where/?site=GN_NOWHERE", {}),
    ],
)
def test_an_unknown_site_is_not_found_by_name_and_never_falls_through(client, amina, address, headers):
    response = get(client, amina, address, **headers)
    assert response.status_code == 404
    assert "GN_NOWHERE" in response.content.decode()


@pytest.mark.parametrize("value", ["", "gn_kindia", "GN_KINDIA ", "'; DROP TABLE", "GN_KINDIA,GN_CONAKRY"])
def test_a_strange_header_never_falls_through_to_the_next_step(client, amina, value):
    assert get(client, amina, "/api/where", **{"X-Site-ID": value}).status_code in (400, 404)


@pytest.mark.parametrize(
    ("address", "headers"),
    [("/GN_MAMOU/where/", {}), ("/api/where", {"X-Site-ID": "GN_MAMOU"}), ("/where/?site=GN_MAMOU", {})],
)
def test_someone_elses_site_is_forbidden(client, amina, address, headers):
    assert get(client, amina, address, **headers).status_code == 403


def test_the_selector_refuses_someone_elses_site_and_remembers_nothing(client, boris):
    client.force_login(boris)
    assert client.post("/sites/select/", {"site": "GN_CONAKRY"}).status_code == 403
    assert client.post("/sites/select/", {"site": "GN_NOWHERE"}).status_code == 404
    assert "site" not in client.session


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "//evil.example/", "javascript:alert(1)"])
def test_the_selector_never_leads_elsewhere(client, boris, elsewhere):
    client.force_login(boris)
    assert client.post("/sites/select/", {"site": "GN_KINDIA", "next": elsewhere})["Location"] == "/GN_KINDIA/"


def test_somebody_without_any_site_is_told_so(client):
    response = get(client, person("chloe"), "/where/")
    assert response.status_code == 403


def test_nobody_signed_in_has_no_site_and_is_sent_to_sign_in(client):
    response = client.get("/GN_KINDIA/where/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/GN_KINDIA/where/")
    # The same for a site that does not exist: no oracle for strangers.
    assert client.get("/GN_NOWHERE/where/").status_code == 302


def test_pages_about_oneself_work_without_a_site_and_under_one(client, amina):
    assert get(client, amina, "/accounts/me/").json() == {"site": None, "codes": []}
    assert get(client, amina, "/GN_KINDIA/accounts/me/").json() == {"site": "GN_KINDIA", "codes": ["GN_KINDIA"]}


def test_a_newcomer_reads_the_sites_language_until_they_choose_their_own(client):
    binta = person("binta", GN_LABE="agent")
    client.force_login(binta)
    french = {"Accept-Language": "fr"}
    assert client.get("/GN_LABE/where/", headers=french)["Content-Language"] == "fuf"
    assert client.get("/api/where", headers=french)["Content-Language"] == "fr"
    binta.preferred_language = "en"
    binta.save()
    assert client.get("/GN_LABE/where/", headers=french)["Content-Language"] == "en"


# --- rights ---------------------------------------------------------------------------------------


def test_a_view_asks_for_its_right_on_the_site_of_the_request(client, amina):
    assert get(client, amina, "/GN_CONAKRY/managers/").status_code == 200
    assert get(client, amina, "/GN_KINDIA/managers/").status_code == 403


def test_has_perm_answers_per_site_and_never_without_one(amina):
    conakry, kindia = Site.objects.get(pk="GN_CONAKRY"), Site.objects.get(pk="GN_KINDIA")
    assert amina.has_perm("kpi.view_kpi", conakry)
    assert not amina.has_perm("kpi.view_kpi", kindia)
    assert amina.has_perm("leasing.record_payment", kindia)
    assert not amina.has_perm("kpi.view_kpi")
    assert not amina.has_perm("kpi.view_kpi", Site.objects.get(pk="SN_DAKAR"))


def test_a_right_taken_away_is_gone_at_the_next_request(client, amina):
    assert get(client, amina, "/GN_CONAKRY/managers/").status_code == 200
    Membership.objects.filter(user=amina, site_id="GN_CONAKRY").update(role="agent")
    assert client.get("/GN_CONAKRY/managers/").status_code == 403


def test_all_my_sites_holds_only_those_where_the_person_has_the_views_right(client, amina):
    answer = get(client, amina, "/ALL/where/").json()
    assert answer["codes"] == ["GN_CONAKRY", "GN_KINDIA"]
    assert (answer["site"], answer["read_only"]) == (None, "on")
    assert get(client, amina, "/ALL/managers/").json() == {"codes": ["GN_CONAKRY"]}


def test_all_my_sites_is_for_two_sites_or_more_and_for_superusers(client, boris):
    assert get(client, boris, "/ALL/where/").status_code == 403
    boss = get_user_model().objects.create_superuser("boss", password=None)
    assert len(get(client, boss, "/ALL/where/").json()["codes"]) == 6


def test_all_my_sites_changes_nothing_not_even_by_a_get(client, amina):
    client.force_login(amina)
    assert client.post("/ALL/write/").status_code == 403
    client.raise_request_exception = False
    assert client.get("/ALL/write/").status_code == 500
    assert SiteClosingDay.objects.count() == 0


def test_a_post_to_an_address_without_site_is_refused(client, amina):
    client.force_login(amina)
    assert client.post("/write/").status_code == 400
    assert SiteClosingDay.objects.count() == 0


# --- one transaction ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/GN_CONAKRY/fail/", "/GN_CONAKRY/fail-late/"])
def test_a_failed_request_leaves_nothing_even_when_its_template_failed_last(client, amina, address):
    client.force_login(amina)
    client.raise_request_exception = False
    assert client.post(address).status_code == 500
    assert SiteClosingDay.objects.count() == 0
    assert client.post("/GN_CONAKRY/write/").status_code == 200
    assert SiteClosingDay.objects.count() == 1


# --- maintenance, offline, cover ------------------------------------------------------------------


def status(code, value):
    change_status(site=Site.objects.get(pk=code), status=value)


def test_a_site_in_maintenance_is_read_and_not_changed(client, amina):
    status("GN_CONAKRY", "maintenance")
    client.force_login(amina)
    assert client.get("/GN_CONAKRY/where/").status_code == 200
    refused = client.post("/GN_CONAKRY/write/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "600")
    assert SiteClosingDay.objects.count() == 0


def test_the_covering_sites_people_enter_a_site_while_it_is_offline_and_no_longer(client):
    mamadou = person("mamadou", GN_CONAKRY="agent")
    assert get(client, mamadou, "/GN_KINDIA/where/").status_code == 403
    status("GN_KINDIA", "offline")
    answer = client.get("/GN_KINDIA/where/").json()
    assert answer["site"] == "GN_KINDIA"
    assert answer["permissions"] == [
        "leasing.record_interaction",
        "leasing.record_payment",
        "leasing.view_portfolio",
        "retention.view_profile",
        "tasks.work_on_tasks",
    ]
    assert client.post("/GN_KINDIA/write/").status_code == 200
    status("GN_KINDIA", "active")
    assert client.get("/GN_KINDIA/where/").status_code == 403


def test_the_offline_sites_own_people_still_read_and_are_told_who_stands_in(client, boris):
    status("GN_KINDIA", "offline")
    assert get(client, boris, "/GN_KINDIA/where/").status_code == 200
    refused = client.post("/GN_KINDIA/write/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "600")
    assert "Siège de Conakry" in refused.content.decode()


def test_the_cover_follows_the_path_to_the_first_active_site(client):
    mamadou = person("mamadou", GN_CONAKRY="agent")
    status("GN_LABE", "offline")  # covered by Kindia
    assert get(client, mamadou, "/GN_LABE/where/").status_code == 403
    status("GN_KINDIA", "maintenance")  # Kindia can not: the next one is Conakry
    assert client.get("/GN_LABE/where/").status_code == 200


def test_with_no_cover_a_change_gets_503_and_says_that_nobody_stands_in(client):
    awa = person("awa", SN_DAKAR="agent")
    status("SN_DAKAR", "offline")
    client.force_login(awa)
    assert client.get("/SN_DAKAR/where/").status_code == 200
    refused = client.post("/SN_DAKAR/write/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "600")


def test_an_api_client_gets_its_503_as_a_problem_document(client):
    awa = person("awa", SN_DAKAR="agent")
    status("SN_DAKAR", "offline")
    client.force_login(awa)
    refused = client.post("/api/where", headers={"X-Site-ID": "SN_DAKAR"})
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 503
