"""The same money in two files: held, asked about once, and never lost or counted twice."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.likeness import SameMoney, sentence
from imports.load import RowCounts
from imports.models import PaymentLikeness
from imports.tests.agencies import KINDIA, PEOPLE, PLACES, books, lease, nothing_but_payments, send, taken
from leasing.models import Payment
from leasing.tests.factories import make_reversal
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

FIRST = ["C-1;05/01/2026;400 000;espèces", "C-1;05/02/2026;400 000;transfert", "C-1;05/03/2026;400 000;transfert"]
CORRECTED = [
    "C-1;05/01/2026;400 000;espèces;R-001",
    "C-1;05/02/2026;400 000;chèque;R-002",
    "C-1;05/03/2026;400 000;transfert;R-003",
]
SAME, OTHER = SameMoney(True, None), SameMoney(False, None)


@pytest.fixture
def lived_in():
    let()


def let():
    taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=[lease("C-1", rent=400_000), lease("C-2", home="B-2", tenant="T-2", rent=400_000)],
    )


def held(report):
    return [(pair.line, pair.there_on.isoformat(), pair.there_method) for pair in report.question.pairs]


def payments():
    """Each payment that stands: day, francs, method, reference."""
    with site_scope([KINDIA]):
        rows = Payment.objects.standing().order_by("received_on", "amount", "method", "external_reference")
        return list(rows.values_list("received_on", "amount", "method", "external_reference"))


def answers():
    with site_scope([KINDIA]):
        return sorted(PaymentLikeness.objects.values_list("reference", "is_same"))


# --- three payments, then the same three with references and another method (cases.md, 15) -----------------------------


def test_three_payments_written_down_again_are_asked_about_and_left_out(lived_in):
    taken(paiements=FIRST)
    before = books()
    report = send(paiements=CORRECTED)
    assert (report.accepted, report.asks, report.problem_count, report.counts) == (False, True, 0, {})
    assert held(report) == [(2, "2026-01-05", "cash"), (3, "2026-02-05", "bank"), (4, "2026-03-05", "bank")]
    assert (report.question.count, report.question.francs) == (3, 1_200_000)
    assert sentence(report.question.pairs[1]) == (
        "Looks like the payment that is recorded on 05/02/2026 (Bank transfer)."
    )
    assert (books(), nothing_but_payments(), answers()) == (before, 3, [])

    report = send(paiements=CORRECTED, answer=SameMoney(True, None, report.question.digest))
    assert report.accepted
    assert (report.counts["payments"].inserted, report.counts["payments"].unchanged) == (0, 3)
    # Not even that Kindia takes no cheques: the row is not imported.
    assert (books(), nothing_but_payments(), report.warnings) == (before, 3, ())
    assert answers() == [("R-001", True), ("R-002", True), ("R-003", True)]


@pytest.mark.parametrize("again", [CORRECTED, CORRECTED[::-1], FIRST, [*FIRST, *CORRECTED]])
def test_what_was_answered_once_is_never_asked_again_and_changes_nothing(lived_in, again):
    taken(paiements=FIRST)
    taken(paiements=CORRECTED, answer=SAME)
    before = books()
    report = taken(paiements=again)
    assert report.counts["payments"].unchanged == len(again)
    assert (books(), nothing_but_payments(), len(answers())) == (before, 3, 3)


def test_other_payments_are_taken_and_the_same_file_later_asks_nothing(lived_in):
    taken(paiements=FIRST)
    assert taken(paiements=CORRECTED, answer=OTHER).counts["payments"].inserted == 3
    assert nothing_but_payments() == 6
    assert answers() == [("R-001", False), ("R-002", False), ("R-003", False)]
    for again in (CORRECTED, FIRST, [*CORRECTED, *FIRST]):
        assert taken(paiements=again).counts["payments"].inserted == 0


def test_the_files_the_other_way_round_are_asked_about_too(lived_in):
    taken(paiements=CORRECTED)
    assert send(paiements=FIRST[::-1]).question.count == 3
    taken(paiements=FIRST, answer=SAME)
    assert [reference for *_rest, reference in payments()] == ["R-001", "R-002", "R-003"]


def test_some_rows_are_the_same_and_the_others_are_taken(lived_in):
    taken(paiements=FIRST)
    digest = send(paiements=CORRECTED).question.digest
    report = taken(paiements=CORRECTED, answer=SameMoney(frozenset({0, 2}), None, digest))
    assert (report.counts["payments"].inserted, report.counts["payments"].unchanged) == (1, 2)
    assert [method for _day, _francs, method, _reference in payments()] == ["cash", "bank", "cheque", "bank"]
    assert answers() == [("R-001", True), ("R-002", False), ("R-003", True)]


def test_an_answer_holds_for_the_question_that_was_asked_and_for_no_other(lived_in):
    taken(paiements=FIRST)
    digest = send(paiements=CORRECTED).question.digest
    taken(paiements=["C-1;05/02/2026;400 000;chèque"], answer=OTHER)
    report = send(paiements=CORRECTED, answer=SameMoney(True, None, digest))
    assert held(report)[1] == (3, "2026-02-05", "cheque")
    assert (report.asks, nothing_but_payments()) == (True, 4)


# --- when two payments look alike --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "row", "is_held"),
    [
        ("C-1;10/02/2026;400 000;cash", "C-1;07/02/2026;400 000;cash", True),
        ("C-1;10/02/2026;400 000;cash", "C-1;13/02/2026;400 000;cheque", True),
        ("C-1;10/02/2026;400 000;cash", "C-1;06/02/2026;400 000;cash", False),
        ("C-1;10/02/2026;400 000;cash", "C-1;14/02/2026;400 000;cash", False),
        ("C-1;28/02/2026;400 000;cash", "C-1;02/03/2026;400 000;cash", True),
        ("C-1;10/02/2026;400 000;cash", "C-1;10/02/2026;400 001;cash;R-1", False),
        ("C-1;10/02/2026;400 000;cash", "C-2;10/02/2026;400 000;cash;R-1", False),
        ("C-1;10/02/2026;400 000;cash;R-1", "C-1;10/02/2026;400 000;cash;R-2", True),
        ("C-1;10/02/2026;400 000;cash", "C-1;10/02/2026;400 000;om;PP-1", True),
        ("C-1;10/02/2026;400 000;om;PP-1", "C-1;10/02/2026;400 000;cash", True),
        # Two numbers of mobile money are two payments; one number written in two ways is one.
        ("C-1;10/02/2026;400 000;om;PP-1", "C-1;10/02/2026;400 000;om;PP-2", False),
        ("C-1;10/02/2026;400 000;om;PP-1", "C-1;11/02/2026;400 000;momo;pp 1", True),
    ],
)
def test_same_contract_and_amount_within_three_days_look_alike(lived_in, recorded, row, is_held):
    taken(paiements=[recorded])
    report = send(paiements=[row])
    assert (report.asks, nothing_but_payments()) == (is_held, 1 if is_held else 2)


def test_two_alike_in_one_file_are_two_payments(lived_in):
    twice = ["C-1;05/02/2026;400 000;cash;R-1", "C-1;06/02/2026;400 000;cash;R-2"]
    assert taken(paiements=twice).counts["payments"].inserted == 2
    assert taken(paiements=[*twice, "C-1;07/02/2026;400 000;cash;R-3"]).counts["payments"].inserted == 1


def test_each_recorded_payment_is_like_one_row_the_nearest_first(lived_in):
    taken(paiements=["C-1;05/02/2026;400 000;cash", "C-1;08/02/2026;400 000;bank;V-8"])
    rows = [
        "C-1;06/02/2026;400 000;cheque",
        "C-1;08/02/2026;400 000;cash",
        "C-1;09/02/2026;400 000;cash",
        "C-1;07/02/2026;400 000;bank;v 8",
    ]
    # The one with the reference has its own again; of the others the nearest has the only one that is left.
    pairs = [("2026-02-06", "2026-02-05"), ("2026-02-07", "2026-02-08")]
    assert pairs_by_day(send(paiements=rows)) == pairs_by_day(send(paiements=rows[::-1])) == pairs


def pairs_by_day(report):
    return sorted((pair.received_on.isoformat(), pair.there_on.isoformat()) for pair in report.question.pairs)


def test_a_reversed_payment_is_like_no_row_and_an_equal_row_stays_out(lived_in):
    taken(paiements=["C-1;05/02/2026;400 000;transfert"])
    with site_scope([KINDIA]):
        make_reversal(Payment.objects.get())
    assert taken(paiements=["C-1;05/02/2026;400 000;transfert"]).counts["payments"].inserted == 0
    assert taken(paiements=["C-1;05/02/2026;400 000;chèque"]).counts["payments"].inserted == 1
    assert [method for _day, _francs, method, _reference in payments()] == ["cheque"]


def test_a_row_left_out_stays_out_when_its_payment_is_reversed(lived_in):
    taken(paiements=FIRST)
    taken(paiements=CORRECTED, answer=SAME)
    with site_scope([KINDIA]):
        make_reversal(Payment.objects.get(received_on=dt.date(2026, 2, 5)))
    assert taken(paiements=CORRECTED).counts["payments"].inserted == 0


def test_a_payment_of_before_the_records_is_not_asked_about(lived_in):
    taken(contrats=[lease("C-3", home="B-3", tenant="T-3", solde_ouverture="0", date_solde="01/03/2026")])
    taken(paiements=["C-3;01/03/2026;5;cash"])
    report = taken(paiements=["C-3;27/02/2026;5;cash"])
    assert (report.asks, nothing_but_payments()) == (False, 1)


def test_equal_rows_are_told_apart_by_how_many_there_are(lived_in):
    taken(paiements=["C-1;05/02/2026;400 000;cash"])
    row = "C-1;06/02/2026;400 000;cheque"
    taken(paiements=[row], answer=SAME)
    # The second of its kind is no payment that is there.
    assert taken(paiements=[row, row]).counts["payments"].inserted == 1
    for rows, new in (([row, row], 0), ([row], 0), ([row, row, row], 1), ([row, row, row], 0)):
        assert taken(paiements=rows).counts["payments"].inserted == new


def test_a_check_names_such_rows_and_counts_the_others(lived_in):
    taken(paiements=FIRST)
    rows = [*CORRECTED, "C-1;05/04/2026;400 000;cash;R-004"]
    report = send(paiements=rows, dry_run=True)
    assert (report.dry_run, report.question.count, report.counts["payments"].inserted) == (True, 3, 1)
    assert (nothing_but_payments(), answers()) == (3, [])


# --- any files, in any order -------------------------------------------------------------------------------------------

_rows = st.builds(
    lambda contract, day, francs, method, reference: (
        f"{contract};{day:02}/02/2026;{francs};{method};{f'T{contract}{day}{francs}' if method == 'om' else reference}"
    ),
    st.sampled_from(["C-1", "C-2"]),
    st.integers(1, 12),
    st.sampled_from([1000, 2000]),
    st.sampled_from(["cash", "bank", "cheque", "om"]),
    st.sampled_from(["", "", "R-1", "R-2"]),
)
_files = st.lists(_rows, min_size=1, max_size=8, unique=True)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(first=_files, second=_files, order=st.randoms(use_true_random=False))
def test_no_row_is_lost_and_the_same_money_changes_nothing(first, second, order):
    shuffled = order.sample(second, len(second))
    with transaction.atomic():
        let()
        taken(paiements=first)
        before = (books(), payments())
        checked = send(paiements=second, dry_run=True)
        counted = checked.counts.get("payments", RowCounts())
        assert counted.inserted + counted.unchanged + checked.question.count == len(second)
        assert pairs_by_day(send(paiements=shuffled, dry_run=True)) == pairs_by_day(checked)
        taken(paiements=second, answer=SAME)
        assert nothing_but_payments() == len(first) + counted.inserted
        if not counted.inserted:
            assert (books(), payments()) == before
        assert taken(paiements=shuffled).counts["payments"].unchanged == len(second)
        transaction.set_rollback(True)
