"""What the page of a tenant says of tasks: an agent's own, everybody's for who manages them, on the tenant's site."""

import datetime as dt

import pytest

from leasing.tests.factories import make_tenant
from sites_app.scope import site_scope
from tasks.models import Task
from tasks.tests.factories import NOW, make_task
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_scope(friday, site):
    with site_scope([site.code, "SN_DAKAR"]):
        yield


def page_of(tenant, client, code="GN_KINDIA"):
    answer = client.get(f"/{code}/tenants/{tenant.pk}/")
    assert answer.status_code == 200
    return text_of(answer)


def test_a_manager_reads_everybodys_open_tasks_about_the_tenant_and_no_others(client, manager, site):
    tenant = make_tenant(site)
    colleague = make_person("awa", GN_KINDIA="agent")
    make_task(site, tenant=tenant, agent=colleague, title="Look at the roof")
    make_task(site, tenant=make_tenant(site), agent=colleague, title="Somebody else's door")
    text = page_of(tenant, client)
    assert "Open tasks" in text
    assert "Look at the roof" in text
    assert "due on 20/03/2026" in text
    assert "Somebody else" not in text


def test_an_agent_reads_their_own_and_nothing_of_a_colleagues(client, agent, site):
    tenant = make_tenant(site)
    colleague = make_person("awa", GN_KINDIA="agent")
    make_task(site, tenant=tenant, agent=colleague, title="Look at the roof")
    make_task(site, tenant=tenant, agent=colleague, title="Mend the gate", status=Task.Status.DONE)
    text = page_of(tenant, client)
    assert "Open tasks" not in text
    assert "roof" not in text
    assert "gate" not in text
    make_task(site, tenant=tenant, agent=agent, title="Bring the key")
    assert "Bring the key" in page_of(tenant, client)


def test_the_time_line_has_what_was_done_when_it_was_done_and_not_what_was_cancelled(client, manager, site):
    tenant = make_tenant(site)
    done = NOW - dt.timedelta(days=3)
    make_task(site, tenant=tenant, title="Mend the gate", status=Task.Status.DONE, completed_at=done)
    make_task(site, tenant=tenant, title="Paint the gate", status=Task.Status.CANCELLED)
    text = page_of(tenant, client)
    assert "17/03/2026 09:00 Task done: Mend the gate Done as planned" in text
    assert "Paint" not in text


def test_in_all_my_sites_ones_right_on_the_tenants_own_site_counts(client, site):
    tenant = make_tenant(site)
    make_task(site, tenant=tenant, title="Look at the roof")
    client.force_login(make_person("fanta", GN_KINDIA="agent", SN_DAKAR="manager"))
    assert "roof" not in page_of(tenant, client, "ALL")
    client.force_login(make_person("moussa", GN_KINDIA="manager", SN_DAKAR="agent"))
    assert "roof" in page_of(tenant, client, "ALL")
