"""The API's page in a real browser: it fits a phone and is accessible."""

import pytest

from accounts.tests.factories import PASSWORD, make_user
from sites_app.models import Membership
from tests.browser import PHONE, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_of_the_api_fits_a_phone_and_is_accessible(open_page, live_server):
    user = make_user("awa")
    Membership.objects.create(user=user, site_id="GN_KINDIA", role="agent")
    page = open_page(viewport=PHONE)
    sign_in(page, live_server.url, "awa", PASSWORD)
    page.goto(f"{live_server.url}/api/docs/")
    page.locator("summary", has_text="201").first.click()
    assert '"onAccount": 500000' in page.locator("pre:visible").inner_text()
    assert sideways(page) == 0
    assert axe_violations(page) == []
