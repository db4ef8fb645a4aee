"""Leases as agencies write them: gone without a word, two tenants, a home and its parking, and what an end ends."""

import datetime as dt

import pytest

from imports.tests.agencies import KINDIA, PEOPLE, PLACES, books, lease, send, taken
from leasing.models import Contract, Notice, Property, ServiceRequest
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

OVER = lease("C-1", start="01/01/2023", fin="31/12/2023")
GONE = (
    "The term was over on 2023-12-31, and no sign of life since, neither a payment nor a contact: gone, or stayed on?"
    " If they have left, give the day of leaving."
)


def remarks(report):
    return [(remark.source, remark.line, remark.reason) for remark in report.warnings if remark.line]


# --- a term that is over, and nobody says that they have left ---------------------------------------------------


def test_a_term_long_over_without_a_sign_of_life_is_worth_a_remark():
    assert remarks(taken(biens=PLACES, locataires=PEOPLE, contrats=[OVER])) == [("contrats.csv", 2, GONE)]


@pytest.mark.parametrize(
    "sign",
    [
        {"paiements": ["C-1;02/01/2024;700000;cash"]},
        {"contacts": ["T-1;appel;03/02/2026 10:00"]},
        {"contrats": [OVER.replace("31/12/2023", "30/09/2026")]},
    ],
    ids=["a payment", "a call", "not 60 days yet"],
)
def test_one_sign_of_life_is_enough(sign):
    files = {"biens": PLACES, "locataires": PEOPLE, "contrats": [OVER]} | sign
    assert remarks(taken(**files)) == []


def test_a_sign_of_before_the_end_of_the_term_is_none():
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=[OVER], paiements=["C-1;31/12/2023;700000;cash"])
    assert remarks(report) == [("contrats.csv", 2, GONE)]


def test_a_second_lease_is_refused_for_the_day_of_leaving_that_the_first_lacks():
    second = lease("C-2", tenant="T-2", start="01/03/2024")
    [problem] = send(biens=PLACES, locataires=PEOPLE, contrats=[OVER, second]).problems
    assert (problem.line, problem.column, problem.reason) == (
        3,
        "property",
        "Contract C-1 is in force on the same property: its term is over, but its day of leaving is missing.",
    )
    # The later one is here already: then it is this line that lacks its day.
    taken(biens=PLACES, locataires=PEOPLE, contrats=[second])
    [problem] = send(contrats=[OVER]).problems
    assert (problem.line, problem.reason) == (
        2,
        "The term is over, but the day of leaving is missing: contract C-2 has the property since.",
    )
    left = taken(contrats=[lease("C-1", start="01/01/2023", fin="31/12/2023", date_sortie="31/12/2023")])
    assert left.counts["contracts"].inserted == 1


def test_leases_that_overlap_within_their_terms_are_said_to_overlap():
    second = lease("C-2", tenant="T-2", start="01/03/2023")
    [problem] = send(biens=PLACES, locataires=PEOPLE, contrats=[OVER, second]).problems
    assert problem.reason == "Contract C-1 is in force on the same property on some of these days."


def test_out_in_the_morning_and_in_on_the_same_day_is_taken():
    leases = [lease("C-1", date_sortie="15/06/2026"), lease("C-2", tenant="T-2", start="15/06/2026")]
    taken(biens=PLACES, locataires=PEOPLE, contrats=leases)
    [problem] = send(contrats=[lease("C-3", tenant="T-3", start="14/06/2026", date_sortie="15/06/2026")]).problems
    assert problem.column == "property"


# --- one lease on two lines ---------------------------------------------------------------------------------------


def test_a_second_tenant_on_a_lease_is_left_out_with_a_remark():
    two = [lease("C-1"), lease("C-1", tenant="T-2")]
    assert remarks(taken(biens=PLACES, locataires=PEOPLE, contrats=two)) == [
        ("contrats.csv", 3, "A second tenant of contract C-1: it stays that of the first, this line is left out.")
    ]
    with site_scope([KINDIA]):
        assert Contract.objects.get().tenant.code == "T-1"
    assert not any(count.inserted for count in taken(contrats=two).counts.values())


def test_a_flat_and_its_parking_are_one_lease_and_one_home():
    places = ["B-1;Appartement;", "B-1P;Parking;B-1"]
    two = [lease("C-1"), lease("C-1", "B-1P", rent=0)]
    assert remarks(taken(biens=places, locataires=PEOPLE, contrats=two)) == [
        ("contrats.csv", 3, "Part of the home of contract C-1: let with it, this line is left out.")
    ]
    with site_scope([KINDIA]):
        parking = Property.objects.get(code="B-1P")
        assert (parking.kind, parking.part_of.code, Contract.objects.get().property.code) == ("parking", "B-1", "B-1")


@pytest.mark.parametrize(
    "second",
    [lease("C-1", "B-2"), lease("C-1", "B-2", rent=0), lease("C-1", tenant="T-2", rent=5)],
    ids=["another home", "another home for nothing", "another rent"],
)
def test_one_reference_for_two_leases_is_still_refused(second):
    problems = send(biens=PLACES, locataires=PEOPLE, contrats=[lease("C-1"), second]).problems
    assert (3, "reference") in [(problem.line, problem.column) for problem in problems]


@pytest.mark.parametrize(("whole", "reason"), [("B-9", "no property with this code"), ("B-1", "refer to itself")])
def test_a_part_is_part_of_another_property_that_there_is(whole, reason):
    [problem] = send(biens=[f"B-1;Parking;{whole}"]).problems
    assert problem.column == "part_of"
    assert reason in problem.reason


# --- the account goes on ------------------------------------------------------------------------------------------


def test_the_same_tenant_back_in_the_same_home_within_90_days_goes_on_in_the_account():
    first, second = lease("C-1", date_sortie="31/03/2026"), lease("C-2", start="29/06/2026")
    money = ["C-1;05/01/2026;2800000;cash"]
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=[first, second], paiements=money)
    assert remarks(report) == [("contrats.csv", 3, "This contract continues the account of contract C-1.")]
    [(contracts, _due, _paid, on_account)] = books()["accounts"]
    assert (contracts, on_account) == (["C-1", "C-2"], 0)
    # The later contract first: the same.
    taken(biens=PLACES, locataires=PEOPLE, contrats=[second], code="GN_LABE")
    late = taken(contrats=[first], paiements=money, code="GN_LABE")
    assert remarks(late) == [
        ("contrats.csv", 2, "The account of this contract is that of contract C-2, which continues it.")
    ]
    assert books("GN_LABE") == books()


@pytest.mark.parametrize(
    "second",
    [
        lease("C-2", start="30/06/2026"),
        lease("C-2", tenant="T-2", start="01/04/2026"),
        lease("C-2", "B-2", start="01/04/2026"),
    ],
    ids=["after 91 days", "another tenant", "another home"],
)
def test_what_is_no_continuation_has_an_account_of_its_own(second):
    report = taken(biens=PLACES, locataires=PEOPLE, contrats=[lease("C-1", date_sortie="31/03/2026"), second])
    assert remarks(report) == []
    assert [contracts for contracts, *_francs in books()["accounts"]] == [["C-1"], ["C-2"]]


# --- deposits ------------------------------------------------------------------------------------------------------


def deposits():
    return [(contract, state, received, kept, to) for contract, state, received, _back, kept, to in books()["deposits"]]


def test_the_deposit_of_a_lease_that_was_renewed_is_carried_along_the_renewals():
    chain = [
        lease("C-1", start="01/01/2024", date_sortie="31/12/2024", caution="900000"),
        lease("C-2", start="01/01/2025", date_sortie="31/12/2025", caution="900000", renouvellement_de="C-1"),
        lease("C-3", start="01/01/2026", renouvellement_de="C-2"),
    ]
    taken(biens=PLACES, locataires=PEOPLE, contrats=chain)
    assert deposits() == [
        ("C-1", "carried", 900_000, 0, "C-2"),
        ("C-2", "carried", 900_000, 0, "C-3"),
        ("C-3", "held", 900_000, 0, None),
    ]


def test_what_the_file_says_of_a_deposit_counts():
    leases = [
        lease("C-1", date_sortie="31/03/2026", caution="900000"),
        lease("C-2", start="01/04/2026", caution="800000", renouvellement_de="C-1"),
        lease("C-3", "B-2", "T-2", caution="500000"),
        lease("C-4", "B-3", "T-3", date_sortie="31/03/2026", caution="500000"),
    ]
    words = ["C-1;rendue;900000;02/04/2026", "C-3;due;;;200000", "C-4;partielle;100000;05/04/2026;;400000"]
    money = ["C-4;05/02/2026;100;cash"]
    taken(biens=PLACES, locataires=PEOPLE, contrats=leases, cautions=words, paiements=money)
    assert deposits() == [
        ("C-1", "full", 900_000, 0, None),
        ("C-2", "held", 800_000, 0, None),
        ("C-3", "due", 200_000, 0, None),
        ("C-4", "partial", 500_000, 400_000, None),
    ]
    by_contract = {contracts[0]: (due, paid) for contracts, due, paid, _on_account in books()["accounts"]}
    # What was kept paid the rents of February and March in part.
    assert by_contract["C-4"] == (1_400_000, 400_100)
    assert not any(count.inserted for count in taken(cautions=words).counts.values())


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("C-1;reportee", "state", "No contract renews this one"),
        ("C-1;rendue;900000;02/04/2026;;1", "refunded_amount", "more than the deposit"),
        ("C-1;detenue;;;;5", "kept_for_arrears", "still held"),
        ("C-1;due;;02/04/2026", "settled_on", "no settlement date"),
    ],
)
def test_a_deposit_that_cannot_be_is_refused(line, column, reason):
    ended = lease("C-1", date_sortie="31/03/2026", caution="900000")
    [problem] = send(biens=PLACES, locataires=PEOPLE, contrats=[ended], cautions=[line]).problems
    assert problem.column == column
    assert reason in problem.reason


# --- what an end ends ----------------------------------------------------------------------------------------------


def test_notices_and_requests_of_a_lease_that_has_ended_are_over_with_it():
    leases = [lease("C-1", start="01/01/2022", date_sortie="31/01/2023"), lease("C-2", tenant="T-2")]
    report = taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=leases,
        preavis=["C-1;conge;02/01/2023", "C-2;conge;02/11/2026"],
        demandes=["T-1;B-1;eau;05/01/2023", "T-2;B-1;eau;05/11/2026"],
    )
    with site_scope([KINDIA]):
        closed = Notice.objects.order_by("issued_on").values_list("closed_on", flat=True)
        assert list(closed) == [dt.date(2023, 1, 31), None]
        requests = ServiceRequest.objects.order_by("opened_on").values_list("closed_on", flat=True)
        assert list(requests) == [dt.date(2023, 1, 31), None]
    assert report.accepted
