"""What the import adds to the administration: its runs, and the lists of the portfolio as files."""

import pytest

from imports.models import ImportRun
from leasing.models import Contract, Instalment, Payment, Property, Tenant
from leasing.tests.admin.pages import browser, make_one_of_each, page, person, text
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", [Tenant, Property, Contract, Instalment, Payment])
def test_a_list_is_exported_by_who_manages_it_as_the_file_that_an_import_takes(table):
    manager, agent = (browser(person(name, GN_KINDIA=name)) for name in ("manager", "agent"))
    with site_scope(["GN_KINDIA"]):
        make_one_of_each(Site.objects.get(pk="GN_KINDIA"))
    assert page(table, "export") in text(manager.get(page(table)))
    file = manager.get(page(table, "export"), follow=True)
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert len(file.content.decode().splitlines()) >= 2
    assert page(table, "export") not in text(agent.get(page(table)))
    assert agent.get(page(table, "export")).status_code == 403


def test_a_run_is_shown_to_who_may_import_and_changed_by_nobody():
    with site_scope(["GN_KINDIA"]):
        run = ImportRun.objects.create(site_id="GN_KINDIA", file_names=["biens.csv"], problem_count=3)
    manager, agent = (browser(person(name, GN_KINDIA=name)) for name in ("manager", "agent"))
    opened = manager.get(page(ImportRun, run.pk, "change"))
    assert (opened.status_code, "biens.csv" in text(opened), 'name="_save"' in text(opened)) == (200, True, False)
    assert manager.post(page(ImportRun, run.pk, "change"), {"state": "done"}).status_code == 403
    assert agent.get(page(ImportRun)).status_code == 403
