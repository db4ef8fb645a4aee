"""What an import says that it comes to, against a reckoning of its own that knows nothing of the import's statements."""

import datetime as dt
from collections import defaultdict

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.models import ImportRun
from imports.pages.words import owed_sentence, totals_of
from imports.runs import import_now
from imports.tests.agencies import KINDIA, PEOPLE, PLACES, TODAY, lease, send, taken
from imports.tests.pages import PAGE, good_files, only_run, result, text_of
from imports.tests.pages import send as upload
from imports.totals import totals_kept
from leasing.models import Account, Contract, Deposit, Instalment, Payment
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = pytest.mark.django_db


def lines(report):
    return {line.name: (line.rows, line.francs, line.new_francs) for line in report.totals.lines}


def by_hand() -> tuple[int, int, int, int]:
    """What the books say: whose instalments that are due lack something, and whose money pays none of them."""
    owed, ahead = defaultdict(int), defaultdict(int)
    with site_scope([KINDIA]):
        for account in Account.objects.all():
            left = sum(payment.amount for payment in Payment.objects.filter(account=account, reversals=None))
            for instalment in Instalment.objects.filter(account=account, due_date__lte=TODAY):
                owed[account.tenant_id] += instalment.amount - instalment.paid_amount
                left -= instalment.paid_amount
            ahead[account.tenant_id] += max(0, left)
    owing, prepaid = [v for v in owed.values() if v], [v for v in ahead.values() if v]
    return len(owing), sum(owing), len(prepaid), sum(prepaid)


def said(report):
    return report.totals.owing, report.totals.owed, report.totals.ahead, report.totals.prepaid


def test_each_table_has_its_francs_and_nothing_counts_twice():
    report = taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=[
            # Renewed, its deposit carried: one rent, one deposit.
            lease("C-1", rent=600_000, caution="1200000", start="01/01/2025", date_sortie="31/12/2025"),
            lease("C-2", rent=700_000, caution="1200000", start="01/01/2026", renouvellement_de="C-1"),
            # Not begun yet.
            lease("C-3", home="B-2", tenant="T-2", rent=900_000, start="01/02/2027", caution="900000"),
            # Out and in on one day, which is today.
            lease("C-4", home="B-3", tenant="T-2", rent=400_000, date_sortie="23/11/2026"),
            lease("C-5", home="B-3", tenant="T-3", rent=500_000, start="23/11/2026", solde_ouverture="250000", date_solde="23/11/2026"),
        ],
        echeances=["C-2;05/01/2026;700000;loyer;", "C-2;05/01/2026;50000;eau;"],
        paiements=["C-2;05/01/2026;2000000;cash", "C-2;06/01/2026;100000;OM"],
    )  # fmt: skip
    assert lines(report) == {
        "rents": (2, 1_200_000, 1_200_000),
        "instalments": (2, 750_000, 750_000),
        "payments": (2, 2_100_000, 2_100_000),
        "deposits": (2, 2_100_000, 2_100_000),
        "owed": (1, 250_000, 250_000),
    }
    assert said(report) == by_hand()


def test_the_same_files_again_are_the_same_sums_and_nothing_of_them_is_new():
    files = {
        "biens": PLACES,
        "locataires": PEOPLE,
        "contrats": [lease("C-1", caution="1400000"), lease("C-2", home="B-2", tenant="T-2", rent=900_000)],
        "paiements": ["C-1;05/01/2026;700000;cash"],
    }
    first = taken(**files)
    second = taken(**files, today=TODAY)
    assert {name: francs for name, (_rows, francs, _new) in lines(first).items()} == {
        name: francs for name, (_rows, francs, _new) in lines(second).items()
    }
    assert {new for _rows, _francs, new in lines(second).values()} == {0}
    assert said(first) == said(second) == by_hand()


def test_payments_of_before_the_records_are_in_no_sum():
    report = send(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=[lease("C-1")],
        paiements=["C-1;05/01/2026;700000;cash", "C-1;05/10/2026;300000;cash"],
        history_from=dt.date(2026, 10, 1),
    )
    assert lines(report)["payments"] == (1, 300_000, 300_000)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["C-1", "C-2", "C-3"]), st.integers(1, 11), st.integers(1, 3_000_000)), max_size=8
    ),
    st.lists(st.integers(0, 2_000_000), min_size=3, max_size=3),
    st.sampled_from(["", "-900000", "400000"]),
)
def test_the_sums_agree_with_the_books_whatever_is_paid(paid, cautions, balance):
    with transaction.atomic():
        report = taken(
            biens=PLACES,
            locataires=PEOPLE,
            contrats=[
                lease(
                    f"C-{n}", home=f"B-{n}", tenant=f"T-{1 + n % 2}", rent=n * 300_000, caution=str(caution),
                    solde_ouverture=balance, date_solde="01/01/2026" if balance else "",
                )
                for n, caution in enumerate(cautions, 1)
            ],
            paiements=[f"{of};05/{month:02d}/2026;{francs};cash" for of, month, francs in paid],
        )  # fmt: skip
        assert said(report) == by_hand()
        found = lines(report)
        assert found["rents"][1] == 1_800_000
        assert found.get("payments", (0, 0))[:2] == (len(paid), sum(francs for _of, _month, francs in paid))
        assert found.get("deposits", (0, 0))[:2] == (sum(c > 0 for c in cautions), sum(cautions))
        francs = 3 * abs(int(balance or 0))
        assert (found.get("owed", (0, 0))[1], found.get("ahead", (0, 0))[1]) == (
            (francs, 0) if balance == "400000" else (0, francs)
        )
        with site_scope([KINDIA]):
            held = Deposit.objects.filter(state__in=["held", "due"]).values_list("received", flat=True)
            assert sum(held) == sum(cautions)
            assert Contract.objects.count() == 3
        transaction.set_rollback(True)


# --- where it is said -------------------------------------------------------------------------------------------------


def test_the_page_says_so_after_a_check_and_after_an_import(manager):
    checked = text_of(result(manager, upload(manager, good_files(), dry_run="on")))
    assert "What it comes to" in checked
    assert "Rents of a month, contracts in force 3,500,000 GNF 3,500,000 GNF" in checked
    assert "Payments 1,500,000 GNF 1,500,000 GNF" in checked
    assert "tenants would owe" in checked
    with site_scope([KINDIA]):
        assert not Payment.objects.exists()
        ImportRun.objects.all().delete()
    done = text_of(result(manager, upload(manager, good_files())))
    assert "tenants owe" in done
    kept = totals_kept(only_run().totals)
    assert {line.name for line in kept.lines} >= {"rents", "payments"}
    again = result(manager, upload(manager, good_files()))
    assert "Payments 1,500,000 GNF 0 GNF" in text_of(again)


def test_a_run_of_before_sums_and_headings_still_shows(manager):
    with site_scope([KINDIA]):
        refused = ImportRun.objects.create(
            site_id=KINDIA, state="refused", file_names=["paiements.csv"], problem_count=1,
            problems=[["paiements.csv", 3, "amount", "x", "This is not an amount."]],
        )  # fmt: skip
        done = ImportRun.objects.create(
            site_id=KINDIA, state="done", file_names=["biens.csv"],
            counts={"properties": {"inserted": 2, "unchanged": 0, "closed": 0}},
        )  # fmt: skip
    assert "paiements.csv 3 amount “x” This is not an amount." in text_of(manager.get(f"{PAGE}{refused.pk}/"))
    page = text_of(manager.get(f"{PAGE}{done.pk}/"))
    assert "Properties 2 0 0" in page
    assert "What it comes to" not in page


def test_a_refused_import_has_no_sums():
    report = send(paiements=["C-9;05/01/2026;700000;cash"])
    assert not report.accepted
    assert (totals_of(report.totals, "GNF"), owed_sentence(report.totals, "GNF", is_check=False)) == ([], "")


def test_what_a_run_keeps_is_what_its_report_said():
    with site_scope([KINDIA]), translation.override("en"):
        files = [(file.name, file.read()) for file in good_files()]
        run = import_now(site=Site.objects.get(pk=KINDIA), files=files, by=None, today=TODAY, dry_run=True)
        totals = totals_kept(run.totals)
    assert (totals.day, [line.francs for line in totals.lines if line.name == "rents"]) == (TODAY, [3_500_000])
