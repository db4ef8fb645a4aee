"""An import and a clerk at once, each on a real connection of their own."""

import pytest

from imports.run import run_import
from leasing.actions import sign_contract
from leasing.models import Contract
from leasing.tests.factories import make_contract, make_property
from leasing.tests.test_two_clerks import CODE, TODAY, Stop, as_clerk, one_in_the_middle
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]


def test_an_import_for_a_property_waits_for_who_signs_there():
    site = Site.objects.get(code=CODE)
    with site_scope([CODE]):
        unit = make_property(site)
        draft = make_contract(site, property=unit, status="draft")
    lines = [
        "Contrat;Bien;Locataire;Début;Loyer;Statut",
        f"C-1;{unit.code};{draft.tenant.code};01/01/2026;1000000;actif",
    ]
    file = ("contrats.csv", "\n".join(lines).encode())
    signed, imported, waited = one_in_the_middle(
        Stop('UPDATE "leasing_contract"'),
        lambda: as_clerk(sign_contract, contract=draft, by=None, today=TODAY),
        lambda: as_clerk(run_import, site=site, files=[file], by=None, today=TODAY),
    )
    assert isinstance(signed, Contract)
    assert (imported.accepted, imported.problem_count, waited) == (False, 1, True)
