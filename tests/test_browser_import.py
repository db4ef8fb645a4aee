"""The import in a real browser: bad rows on a phone, and progress that comes by itself."""

import datetime as dt

import pytest

from accounts.models import User
from imports import runs
from imports.models import ImportRun
from leasing.models import Payment
from leasing.tests.factories import make_contract, make_payment
from sites_app.actions import grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.browser import DESK, PHONE, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "un-deux-trois-quatre"
GOOD = "code;nom\nL1;Mariama Camara\n"
BAD = "code;nom;téléphone\nL1;Mariama Camara;12\n"


@pytest.fixture(autouse=True)
def manager(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = User.objects.create_user(
        username="mariama", full_name="Mariama Camara", password=PASSWORD, preferred_language="en"
    )
    grant_membership(user=user, site=Site.objects.get(pk="GN_KINDIA"), role="manager")


def send(page, address, text, name="locataires"):
    page.goto(f"{address}/GN_KINDIA/leasing/import/")
    page.set_input_files("[name=files]", [{"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}])
    page.click("main form button[type=submit]")
    page.wait_for_load_state()


def faults(page):
    return axe_violations(page) + [f"{sideways(page)} px too wide"] * bool(sideways(page))


# Each width and each colour once: neither changes with the other.
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone-light", "desk-dark"])
def test_a_refused_file_then_a_corrected_one_read_well(live_server, open_page, size, scheme):
    page = open_page(viewport=size, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    send(page, live_server.url, BAD)
    assert page.is_visible("text=Nothing was changed: 1 row has an error.")
    assert faults(page) == []
    send(page, live_server.url, GOOD)
    assert page.is_visible("text=Every row has been imported.")
    assert faults(page) == []
    page.goto(f"{live_server.url}/GN_KINDIA/leasing/import/")
    page.click("summary:has-text('How the files must be laid out')")
    assert faults(page) == []


def test_the_page_of_a_running_import_changes_by_itself_until_it_is_done(live_server, page, monkeypatch):
    monkeypatch.setattr(runs, "SMALL_BYTES", 1)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    send(page, live_server.url, GOOD)
    assert page.is_visible("text=Waiting for its turn…")
    assert faults(page) == []
    with site_scope(["GN_KINDIA"]):
        run = ImportRun.objects.get()
        runs.tell_progress(run, "locataires.csv", 12_000)
    page.wait_for_selector("text=Reading locataires.csv: line 12,000…", timeout=20_000)
    with site_scope(["GN_KINDIA"]):
        ImportRun.objects.update(state="done")
    page.wait_for_selector("text=Every row has been imported.", timeout=20_000)


def test_the_same_money_is_asked_about_on_a_phone_without_script(live_server, open_page):
    User.objects.update(preferred_language="fr")
    with site_scope(["GN_KINDIA"]):
        contract = make_contract(Site.objects.get(pk="GN_KINDIA"), reference="B1")
        for month in (1, 2, 3):
            make_payment(contract, received_on=dt.date(2026, month, 5), amount=400_000)
    again = "".join(f"B1;0{month}/0{month}/2026;400 000;virement;R-00{month}\n" for month in (2, 3))
    page = open_page(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    send(page, live_server.url, f"contrat;date;montant;mode;référence\n{again}", "paiements")
    boxes = page.locator("input[name=same_row]")
    assert (boxes.count(), boxes.nth(0).is_checked()) == (2, True)
    assert page.is_visible("text=03/03/2026 · Virement bancaire · R-003")
    # Who judges the page needs a script.
    judged = open_page(viewport=PHONE, locale="fr-FR")
    sign_in(judged, live_server.url, "mariama", PASSWORD)
    judged.goto(page.url)
    assert faults(judged) == []
    boxes.nth(1).uncheck()
    page.click("button[value=chosen]")
    page.wait_for_load_state()
    with site_scope(["GN_KINDIA"]):
        assert ImportRun.objects.get().state == "done"
        days = Payment.objects.order_by("received_on").values_list("received_on", flat=True)
        assert [f"{day:%d/%m}" for day in days] == ["05/01", "05/02", "03/03", "05/03"]


AGENCY = {
    "biens": "Code;Type\nB-1;Villa\n",
    "locataires": "Code;Nom;Tel\nL-1;Mariama Camara;620 00 00 01\n",
    "contrats": "N° contrat;Bien;Locataire;Date d’effet;Loyer mensuel\nC-1;B-1;L-1;01/01/2026;1 500 000 FG\n",
}
PAID = "N° contrat;Reçu le;Somme;Mode de paiement\nC-1;05/01/2026;{};Espèces\n"


def test_a_clerk_without_script_corrects_checks_imports_and_sends_again(live_server, open_page):
    User.objects.update(preferred_language="fr")
    page = open_page(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    # Who judges the pages needs a script.
    judged = open_page(viewport=PHONE, locale="fr-FR")
    sign_in(judged, live_server.url, "mariama", PASSWORD)

    def sent(paid, *, only_check=False):
        page.goto(f"{live_server.url}/GN_KINDIA/leasing/import/")
        texts = AGENCY | {"paiements": PAID.format(paid)}
        page.set_input_files(
            "[name=files]",
            [{"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()} for name, text in texts.items()],
        )
        if only_check:
            page.check("[name=dry_run]")
        page.click("main form button[type=submit]")
        page.wait_for_load_state()
        judged.goto(page.url)
        assert faults(judged) == []
        return " ".join(page.inner_text("main").split())

    def rows():
        with site_scope(["GN_KINDIA"]):
            return [(payment.contract.reference, payment.amount) for payment in Payment.objects.all()]

    bad = sent("1,5 M")
    assert "Rien n’a été changé" in bad
    assert "paiements.csv" in bad
    assert "Somme (montant)" in bad
    assert "1,5 M" in bad
    assert rows() == []
    checked = sent("1 500 000", only_check=True)
    assert "C’était une vérification : rien n’a été changé." in checked
    assert "1 500 000 GNF" in checked
    assert rows() == []
    assert "Toutes les lignes sont enregistrées." in sent("1 500 000")
    assert rows() == [("C-1", 1_500_000)]
    page.reload()
    again = sent("1 500 000")
    new = [row.locator("td").nth(0).inner_text() for row in page.locator("[aria-labelledby=counts] tbody tr").all()]
    assert new == ["0", "0", "0", "0"], again
    assert rows() == [("C-1", 1_500_000)]
