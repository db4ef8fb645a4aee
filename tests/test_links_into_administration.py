"""Pages lead to pages: outside the administration nothing drops into it but for what has no page yet."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from kpi.indicators import BY_KEY
from leasing.models import Contract
from leasing.tests.factories import make_contract, make_instalment, make_litigation, make_notice, make_request
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.tests.factories import make_task
from tests.people import make_person

ROOT = Path(settings.BASE_DIR)
# Where one may go in from outside, and why.
INTO_IT = {
    "akig/declares.py": "the menu's entry of the administration itself, for who has it",
    "kpi/indicators/deposit_return_time.py": "deposits still held: their list has no page yet",
}
# Written for the administration alone.
OF_IT = ("templates/admin/", "templates/unfold/", "akig/admin_look.py")
NOT_PAGES = ("/admin/", "/tests/", "admin.py", "_admin.py")


def sources():
    for app in ("akig", "accounts", "demo", "imports", "kpi", "leasing", "outbox", "screens", "sites_app", "tasks"):
        yield from (ROOT / app).rglob("*.py")
    for folder in ("templates", "screens/templates"):
        yield from (ROOT / folder).rglob("*.html")


def test_no_template_and_no_view_leads_into_the_administration():
    found = set()
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(OF_IT) or any(part in name for part in NOT_PAGES):
            continue
        if re.search(r"""["']admin:|href=["']/admin/""", path.read_text()):
            found.add(name)
    assert found == set(INTO_IT)


def test_of_all_advice_only_the_deposits_are_acted_on_in_the_administration():
    assert {key: one.advice.page for key, one in BY_KEY.items() if one.advice.page.startswith("admin:")} == {
        "depositReturnTime": "admin:leasing_deposit_changelist?state__exact=held"
    }


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "manager"])
def test_the_pages_of_a_day_have_no_link_into_it_but_the_menus(client, role):
    person = make_person("mariama", GN_KINDIA=role)
    client.force_login(person)
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope([site.code]):
        contract = make_contract(site, agent=person)
        make_instalment(contract)
        for make in (make_notice, make_litigation, make_request):
            make(contract)
        task = make_task(
            site, tenant=contract.tenant, contract=contract, property=contract.property, agent=person,
            due_at=timezone.now(),
        )  # fmt: skip
        assert Contract.objects.count() == 1
    pages = [
        reverse("home"),
        reverse("tasks:today"),
        reverse("tasks:round"),
        reverse("tasks:detail", args=[task.pk]),
        reverse("leasing:tenant", args=[contract.tenant_id]),
        reverse("leasing:contract", args=[contract.pk]),
        reverse("leasing:property", args=[contract.property_id]),
    ]
    if role == "manager":
        pages += [reverse("tasks:board"), *(reverse("kpi:indicator", args=[key]) for key in BY_KEY)]
    followed = set()
    for address in pages:
        answer = client.get(f"/GN_KINDIA{address}")
        assert answer.status_code == 200, address
        main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)[0]
        links = re.findall(r'href="([^"#?]+)', main)
        assert [link for link in links if "/admin/" in link and address != reverse("home")] == [], address
        followed.update(link for link in links if re.match(r"/GN_KINDIA/(tenants|contracts|properties)/", link))
    assert len(followed) == 3, followed
    assert {client.get(link).status_code for link in followed} == {200}
