"""What is not known is not a debt: from when on the rents of imported leases are asked for, and why."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from imports.run import run_import
from imports.tests.agencies import (
    HEADS,
    KINDIA,
    PEOPLE,
    PLACES,
    TODAY,
    books,
    exported,
    lease,
    months,
    nothing_but_payments,
    owed,
    rents_from,
    send,
    taken,
)
from imports.tests.pages import good_files, only_run, result, text_of
from imports.tests.pages import send as send_form
from leasing.models import Instalment, Payment
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

THREE = [
    lease("C-1", start="12/11/2012", rent=685_000),
    lease("C-2", "B-2", "T-2", "01/03/2021"),
    lease("C-3", "B-3", "T-3", "01/11/2026", 900_000),
]


def sentences(report):
    return [remark.reason for remark in report.warnings if not remark.line]


def test_leases_without_any_payment_owe_nothing_and_begin_next_month():
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=THREE)
    assert [owed(f"C-{n}") for n in (1, 2, 3)] == [0, 0, 0]
    assert {rents_from(f"C-{n}") for n in (1, 2, 3)} == {dt.date(2026, 12, 1)}
    assert sentences(report) == ["Rents begin: on 01/12/2026, because no payment is known (contracts: 3)."]
    december = months("C-1", until=dt.date(2026, 12, 31))
    assert december == [(dt.date(2026, 12, 5), "rent", 685_000, 0, None)]


def test_the_first_payment_of_the_site_says_from_when_on_payments_are_known():
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=THREE, paiements=["C-2;17/08/2026;700000;cash"])
    assert [rents_from(f"C-{n}") for n in (1, 2, 3)] == [dt.date(2026, 8, 1), dt.date(2026, 8, 1), dt.date(2026, 11, 1)]
    [sentence] = sentences(report)
    assert sentence == (
        "Rents begin: with 01/08/2026, the month of the earliest payment (contracts: 2);"
        " on the first day of the contract (contracts: 1)."
    )
    assert (owed("C-1"), owed("C-2"), owed("C-3")) == (4 * 685_000, 3 * 700_000, 900_000)


def test_from_a_day_on_what_came_before_is_listed_with_its_sum_and_not_taken():
    money = ["C-1;30/09/2026;685000;cash", "C-1;02/10/2026;685000;cash", "C-2;01/09/2026;50000;cash"]
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=THREE, paiements=money, history_from=dt.date(2026, 10, 1))
    begins, left_out = sentences(report)
    assert begins == (
        "Rents begin: on 01/10/2026, as you asked (contracts: 2); on the first day of the contract (contracts: 1)."
    )
    assert left_out == (
        "Payments from before the records begin, not taken: 2, 735,000\u00a0GNF in all."
        " Money that is ahead is an opening balance below zero."
    )
    assert [(w.line, w.value) for w in report.warnings if "not taken" in w.reason and w.line] == [
        (2, "2026-09-30"),
        (4, "2026-09-01"),
    ]
    assert nothing_but_payments() == 1
    assert months("C-1") == [
        (dt.date(2026, 10, 5), "rent", 685_000, 685_000, dt.date(2026, 10, 2)),
        (dt.date(2026, 11, 5), "rent", 685_000, 0, None),
    ]
    # The payments in a file of their own, with the same answer: the same.
    before = books()
    assert send(paiements=money, history_from=dt.date(2026, 10, 1)).counts["payments"].inserted == 0
    assert books() == before


def test_a_lease_whose_instalments_are_in_the_files_begins_with_them():
    report = taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=THREE[:2],
        echeances=["C-1;05/09/2026;600000"],
        paiements=["C-1;02/09/2026;600000;cash", "C-2;02/01/2026;1;cash"],
        history_from=dt.date(2026, 10, 1),
    )
    assert rents_from("C-1") == dt.date(2026, 9, 5)
    assert months("C-1")[0] == (dt.date(2026, 9, 5), "rent", 600_000, 600_000, dt.date(2026, 9, 2))
    assert sentences(report)[0] == (
        "Rents begin: with the first instalment in the files (contracts: 1);"
        " on 01/10/2026, as you asked (contracts: 1)."
    )


def test_instalments_that_come_after_their_contract_are_history_as_if_with_it():
    contracts = [lease("C-1", start="01/06/2026"), lease("C-2", "B-2", "T-2", date_sortie="31/08/2026")]
    asked = [
        "C-1;05/07/2026;650000",
        "C-1;05/09/2026;640000",
        "C-2;05/08/2026;500000",
        "C-2;20/08/2026;9000;charges;eau",
    ]
    money = ["C-1;05/06/2026;700000;cash", "C-2;06/08/2026;505000;cash"]
    taken(biens=PLACES, locataires=PEOPLE, contrats=contracts, echeances=asked, paiements=money, code="GN_LABE")
    taken(biens=PLACES, locataires=PEOPLE, contrats=contracts)
    taken(paiements=money)
    taken(echeances=asked)
    assert books() == books("GN_LABE")
    assert [row[0].month for row in months("C-1")] == [7, 9, 10, 11]
    assert [row[1:4] for row in months("C-2")] == [("rent", 500_000, 500_000), ("service", 9_000, 5_000)]
    again = taken(echeances=asked)
    assert not any(count.inserted for count in again.counts.values())


# --- what was owed, or ahead, on a day -----------------------------------------------------------------------


def test_an_opening_balance_is_one_instalment_or_one_payment_of_its_day():
    leases = [
        lease("C-1", start="01/01/2020", solde_ouverture="1 400 000", date_solde="01/09/2026"),
        lease("C-2", "B-2", "T-2", "01/01/2020", solde_ouverture="-1 500 000", date_solde="01/09/2026"),
        lease("C-3", "B-3", "T-3", "01/01/2020", solde_ouverture="0", date_solde="15/09/2026"),
    ]
    money = ["C-1;28/08/2026;9;cash", "C-1;03/09/2026;2000000;cash", "C-3;14/09/2026;9;cash", "C-3;15/09/2026;7;cash"]
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=leases, paiements=money)
    assert months("C-1", until=dt.date(2026, 9, 30)) == [
        (dt.date(2026, 9, 1), "opening", 1_400_000, 1_400_000, dt.date(2026, 9, 3)),
        (dt.date(2026, 9, 5), "rent", 700_000, 600_000, None),
    ]
    assert months("C-2", until=dt.date(2026, 11, 30))[1:] == [
        (dt.date(2026, 10, 5), "rent", 700_000, 700_000, dt.date(2026, 9, 1)),
        (dt.date(2026, 11, 5), "rent", 700_000, 100_000, None),
    ]
    # In September nothing was due any more after the 15th: October is the first rent.
    assert [row[:4] for row in months("C-3")][:2] == [
        (dt.date(2026, 9, 15), "opening", 0, 0),
        (dt.date(2026, 10, 5), "rent", 700_000, 7),
    ]
    assert "Rents begin: on the day of the opening balance (contracts: 3)." in sentences(report)
    assert [w.line for w in report.warnings if "not taken" in w.reason] == [0, 2, 4]
    with site_scope([KINDIA]):
        ahead = Payment.objects.get(method="opening")
        assert (ahead.amount, ahead.received_on, ahead.contract.reference) == (1_500_000, dt.date(2026, 9, 1), "C-2")


def test_an_export_changes_nothing_and_elsewhere_gives_the_same_books():
    leases = [
        lease("C-0", start="01/01/2025", date_sortie="31/12/2025", caution="900000"),
        lease("C-1", start="01/01/2026", renouvellement_de="C-0", caution="900000", loyers_depuis="01/03/2026"),
        lease("C-2", "B-2", "T-2", "01/01/2020", solde_ouverture="-1500000", date_solde="01/09/2026"),
        lease("C-3", "B-3", "T-3", "01/01/2020", solde_ouverture="300000", date_solde="15/09/2026", caution="100000"),
    ]
    report = taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=leases,
        echeances=["C-0;05/12/2025;700000", "C-3;01/10/2026;40000;charges;eau", "C-3;01/10/2026;40000;charges;eau"],
        paiements=["C-1;09/03/2026;800000;cash", "C-1;02/03/2026;50000;cash", "C-3;30/09/2026;450000;cash"],
        cautions=["C-3;due;;;40000"],
    )
    assert report.accepted
    first = books()
    with site_scope([KINDIA]):
        assert Instalment.objects.filter(kind="deposit").get().amount == 60_000
    files = exported()
    with site_scope([KINDIA]):
        again = run_import(site=Site.objects.get(pk=KINDIA), files=files, by=None, today=TODAY)
    assert (again.problems, again.warnings) == ((), ())
    assert not any(count.inserted or count.closed for count in again.counts.values())
    assert books() == first
    with site_scope(["GN_LABE"]):
        assert run_import(site=Site.objects.get(pk="GN_LABE"), files=files, by=None, today=TODAY).problems == ()
    assert books("GN_LABE") == first
    assert exported("GN_LABE") == files


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (lease("C-1", solde_ouverture="5000"), "opening_on", "needs its day"),
        (lease("C-1", solde_ouverture="5000", date_solde="24/11/2026"), "opening_on", "in the future"),
        (lease("C-1", solde_ouverture="cinq", date_solde="01/11/2026"), "opening_balance", "not an amount"),
    ],
)
def test_an_opening_that_says_too_little_is_refused(line, column, reason):
    [problem] = send(biens=PLACES, locataires=PEOPLE, contrats=[line]).problems
    assert problem.column == column
    assert reason in problem.reason


def test_an_instalment_of_before_the_opening_balance_would_count_twice():
    opened = lease("C-1", solde_ouverture="5000", date_solde="01/11/2026")
    [problem] = send(biens=PLACES, locataires=PEOPLE, contrats=[opened], echeances=["C-1;05/10/2026;700000"]).problems
    assert (problem.column, problem.line) == ("due_date", 2)
    assert "2026-11-01" in problem.reason


# --- any order -----------------------------------------------------------------------------------------------


JANUARY, FEBRUARY = "C-1;05/01/2026;700000;cash", "C-1;05/02/2026;700000;cash"
PAID_ON_TIME = [
    (dt.date(2026, 1, 5), "rent", 700_000, 700_000, dt.date(2026, 1, 5)),
    (dt.date(2026, 2, 5), "rent", 700_000, 700_000, dt.date(2026, 2, 5)),
]


@pytest.mark.parametrize("money", [[JANUARY, FEBRUARY], [FEBRUARY, JANUARY]])
def test_receipts_in_any_order_of_lines_pay_the_same_months_on_the_same_days(money):
    taken(biens=PLACES, locataires=PEOPLE, contrats=[lease("C-1")], paiements=money)
    assert months("C-1", until=dt.date(2026, 2, 28)) == PAID_ON_TIME


def test_a_forgotten_file_of_january_gives_what_both_files_at_once_would_have_given():
    taken(biens=PLACES, locataires=PEOPLE, contrats=[lease("C-1")], paiements=[FEBRUARY])
    assert rents_from("C-1") == dt.date(2026, 2, 1)
    report = taken(paiements=[JANUARY])
    assert months("C-1", until=dt.date(2026, 2, 28)) == PAID_ON_TIME
    assert sentences(report) == [
        "Older payments have come: the rents of contracts that are here already begin earlier (1)."
    ]


# --- where the question is asked ------------------------------------------------------------------------------


def test_the_command_takes_the_day(tmp_path, capsys):
    for name, lines in {"biens": PLACES, "locataires": PEOPLE, "contrats": [lease("C-1", start="01/01/2020")]}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join([HEADS[name], *lines]))
    call_command("import_portfolio", str(tmp_path), "--site", KINDIA, "--history-from", "2026-10-01")
    assert rents_from("C-1") == dt.date(2026, 10, 1)
    assert "01/10/2026" in capsys.readouterr().out
    with pytest.raises(CommandError, match="history-from"):
        call_command("import_portfolio", str(tmp_path), "--site", KINDIA, "--history-from", "01/10/2026")


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        ({}, dt.date(2026, 1, 1)),
        ({"history": "all"}, dt.date(2026, 1, 1)),
        ({"history": "day", "history_day": "2026-03-01"}, dt.date(2026, 3, 1)),
    ],
)
def test_the_page_asks_from_when_on_the_payments_are_complete(manager, answer, begins):
    page = text_of(result(manager, send_form(manager, good_files(), **answer)))
    assert "Rents begin:" in page
    assert rents_from("B1") == begins


def test_only_from_next_month_on_takes_no_payment_of_before(manager):
    result(manager, send_form(manager, good_files(), history="next_month"))
    today = Site.objects.get(pk=KINDIA).today()
    begins = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    assert (rents_from("B1"), nothing_but_payments()) == (begins, 0)
    assert only_run().warning_count == 3


def test_from_a_day_on_without_a_day_is_asked_again(manager):
    answer = send_form(manager, good_files(), history="day")
    assert answer.status_code == 400
    assert "Say from which day on." in answer.content.decode()
