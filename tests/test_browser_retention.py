"""The pages of retention in a real browser: a phone, two tenancies, in the dark, without a script."""

import datetime as dt

import pytest

from accounts.tests.factories import PASSWORD, make_user
from leasing.tests.factories import make_contract, make_request, make_survey, make_tenant
from retention.actions import analyse
from retention.models import ObservedFrom
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import PHONE, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_a_tenant_and_the_model_fit_a_phone_and_need_no_script(open_page, live_server):
    person = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    Membership.objects.create(user=person, site_id="GN_KINDIA", role="manager", is_primary=True)
    site = Site.objects.get(pk="GN_KINDIA")
    today = site.today()
    with site_scope([site.code]):
        ObservedFrom.objects.create(site=site, day=dt.date(2020, 1, 1))
        tenant = make_tenant(site, name="Aïssatou Bah")
        contract = make_contract(site, tenant=tenant, start_date=today - dt.timedelta(days=700))
        make_contract(site, tenant=tenant, start_date=today - dt.timedelta(days=300))
        make_request(contract, is_complaint=True, opened_on=today - dt.timedelta(days=20))
        for days in (40, 20):
            make_survey(tenant, kind="satisfaction", rating=4, answered_on=today - dt.timedelta(days=days))
            analyse(days={site.code: today - dt.timedelta(days=days)})
        analyse(days={site.code: today})
    page = open_page(viewport=PHONE, color_scheme="dark")
    sign_in(page, live_server.url, "mariama", PASSWORD)
    profile = f"{live_server.url}/GN_KINDIA/retention/tenants/{tenant.pk}/"
    below = f"{live_server.url}/GN_KINDIA/retention/"
    for address in (profile, f"{profile}held/", f"{below}model/", below, f"{below}not-scored/"):
        page.goto(address)
        assert sideways(page) == 0, address
        assert axe_violations(page) == [], address
    plain = open_page(viewport=PHONE, java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    plain.goto(below)
    plain.get_by_role("button", name="En faire une tâche").first.click()
    assert plain.get_by_text("tâche ouverte").count() == 1
    plain.goto(f"{profile}objection/")
    plain.get_by_role("button").last.click()
    assert plain.url == profile
    with site_scope([site.code]):
        assert tenant.scoring_objections.exists()
