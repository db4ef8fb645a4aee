"""An export into an empty site gives the same books and figures; into its own site it changes nothing."""

import datetime as dt
import itertools
import os
from contextlib import suppress

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from changes.refusals import RuleBroken
from imports.tests.agencies import PEOPLE, PLACES, lease, months, taken
from imports.tests.whole_sites import at_rest, brought_in, changed, everything, figures, taken_out
from leasing import actions
from leasing.models import Account, Concession, Contract, Deposit, Instalment, Litigation, Notice, Payment, RentStep
from leasing.tests.factories import (
    make_contract,
    make_interaction,
    make_owner,
    make_property,
    make_request,
    make_survey,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

pytestmark = pytest.mark.django_db

HERE, THERE = "GN_KINDIA", "GN_LABE"
FIRST_DAY, TODAY = dt.date(2025, 9, 1), dt.date(2026, 11, 23)
# The long run: `AKIG_TRIP_EXAMPLES=1000 pytest imports/tests/test_round_trip.py`.
EXAMPLES = int(os.environ.get("AKIG_TRIP_EXAMPLES", "12"))
_numbers = itertools.count()


class TwoTenancies:
    """A site of two tenancies at work: each event is done on its day by the portfolio's own actions."""

    def __init__(self, site):
        self.site = site
        owner = make_owner(site, name="Barry", email="barry@example.org")
        make_owner(site, name="Sans bien")
        self.homes = [make_property(site, code=f"B-{number}", owner=owner) for number in range(6)]
        mother = make_tenant(site, code="T-0")
        self.chains = []
        for number in range(2):
            tenant = mother if not number else make_tenant(site, code="T-1", referred_by=mother)
            self.chains.append([self.sign(number, tenant)])

    def sign(self, number, tenant):
        contract = Contract(
            site=self.site, reference=f"C-{number}", property=self.homes[number], tenant=tenant,
            start_date=FIRST_DAY + dt.timedelta(days=13 * number), monthly_rent=700_000, payment_day=(5, 31)[number],
            billing=("calendar", "anniversary")[number], deposit_amount=1_000_000,
        )  # fmt: skip
        return actions.sign_contract(contract=contract, by=None, today=FIRST_DAY, signed_on=FIRST_DAY)

    def do(self, day, chain, older, what, number, francs):
        """One event; what the portfolio's rules forbid on that day does not happen."""
        contracts = self.chains[chain]
        contract = contracts[max(0, len(contracts) - 1 - older)]
        contract.refresh_from_db()
        with suppress(RuleBroken):
            getattr(self, what)(contract, dt.date.fromordinal(FIRST_DAY.toordinal() + day), number, francs, contracts)

    def pay(self, contract, today, number, francs, _chain):
        actions.record_payment(
            contract=contract, amount=francs, method=("cash", "bank")[number % 2], external_reference=("", "reçu 7")[number % 2],
            received_on=today - dt.timedelta(days=number), by=None, idempotency_key=f"k-{next(_numbers)}", today=today,
        )  # fmt: skip

    def charge(self, contract, today, number, francs, _chain):
        kind = ("service", "penalty", "repair", "other")[number % 4]
        due = today + dt.timedelta(days=number - 10)
        actions.add_charge(
            contract=contract, kind=kind, label=("Eau", "Courant")[number % 2], amount=francs // 10, due_date=due, by=None, today=today
        )  # fmt: skip

    def credit(self, contract, today, number, francs, _chain):
        asked = Instalment.objects.filter(contract=contract, due_date__lte=today).order_by("-due_date", "pk")
        actions.give_credit(
            contract=contract, amount=min(francs, 50_000), reason="Remise", given_on=today, by=None, today=today,
            idempotency_key=f"k-{next(_numbers)}", waives=asked.first() if number % 2 else None,
        )  # fmt: skip

    def refund(self, contract, today, _number, francs, _chain):
        actions.refund_payment(
            contract=contract, amount=francs // 20, reason="Trop perçu", refunded_on=today, by=None, today=today,
            idempotency_key=f"k-{next(_numbers)}",
        )  # fmt: skip

    def reverse(self, contract, today, number, _francs, _chain):
        payments = Payment.objects.filter(account=contract.account).order_by("recorded_at")
        if payments:
            actions.reverse_payment(payment=payments[number % len(payments)], by=None, reason="Erreur", today=today)

    def change_rent(self, contract, today, number, francs, _chain):
        actions.change_rent(
            contract=contract, monthly_rent=600_000 + francs // 10, from_month=_later(today, 1 + number % 4), by=None, today=today
        )  # fmt: skip

    def lower(self, contract, today, number, francs, _chain):
        actions.grant_concession(
            contract=contract, francs=1 + francs // 6, months=1 + number % 4, reason="Fidélité", by=None, today=today
        )

    def change_billing(self, contract, today, number, _francs, _chain):
        billing = ("calendar", "anniversary", "calendar_full")[number % 3]
        actions.change_billing(
            contract=contract, billing=billing, from_month=_later(today, 1 + number % 4), by=None, today=today
        )

    def change_payment_day(self, contract, today, number, _francs, _chain):
        actions.change_payment_day(
            contract=contract, payment_day=1 + number, from_month=_later(today, 1 + number % 4), by=None, today=today
        )

    def renew(self, contract, today, number, francs, chain):
        chain.append(actions.renew_contract(
            contract=contract, reference=f"R-{next(_numbers)}", start_date=today + dt.timedelta(days=number),
            monthly_rent=700_000 + francs // 20, by=None, today=today,
        ))  # fmt: skip

    def move(self, contract, today, number, francs, chain):
        chain.append(actions.move_tenant(
            contract=contract, to_property=self.homes[2 + number % 4], on=today + dt.timedelta(days=number % 9),
            monthly_rent=800_000, deposit_amount=francs // 2, reference=f"M-{next(_numbers)}", by=None, today=today,
        ))  # fmt: skip

    def end(self, contract, today, number, _francs, _chain):
        actions.end_contract(
            contract=contract, ended_on=today + dt.timedelta(days=number - 15), terminated=bool(number % 2),
            reason="left" if number % 3 else "", by=None, today=today,
        )  # fmt: skip

    def settle(self, contract, today, number, francs, _chain):
        for deposit in Deposit.objects.filter(contract=contract):
            kept = (0, min(francs, deposit.received) // 4)[number % 2]
            actions.settle_deposit(
                deposit=deposit, refunded_amount=(deposit.received - kept) // (1 + number % 3), kept_for_arrears=kept,
                settled_on=today, by=None, today=today,
            )  # fmt: skip

    def reopen(self, contract, today, _number, _francs, _chain):
        actions.reopen_contract(contract=contract, by=None, today=today)

    def void(self, contract, today, _number, _francs, chain):
        if len(chain) > 1:
            actions.void_contract(contract=contract, by=None, today=today)
            chain.remove(contract)

    def back(self, contract, today, number, _francs, chain):
        """The tenant signs again for the same home, without a word of a renewal."""
        again = Contract(
            site=self.site, reference=f"A-{next(_numbers)}", property=contract.property, tenant=contract.tenant,
            start_date=today + dt.timedelta(days=number), monthly_rent=650_000, deposit_amount=300_000,
        )  # fmt: skip
        chain.append(actions.sign_contract(contract=again, by=None, today=today))

    def notice(self, contract, today, number, _francs, _chain):
        kind = ("to_quit", "repairs", "renewal")[number % 3]
        giver = ("", "tenant", "landlord")[number % 3]
        actions.issue_notice(contract=contract, kind=kind, issued_on=today, by=None, today=today, given_by=giver)

    def dispute(self, contract, today, number, _francs, _chain):
        for opened in Litigation.objects.filter(contract=contract, state="open"):
            actions.resolve_litigation(litigation=opened, resolved_on=today, by=None, today=today)
        if number % 2:
            actions.open_litigation(contract=contract, kind="damage", opened_on=today, by=None, today=today)

    def talk(self, contract, today, number, _francs, _chain):
        at = dt.datetime.combine(today, dt.time(9, number, 7), dt.UTC)
        make_interaction(contract.tenant, happened_at=at, note="=1+1", channel=("call", "visit")[number % 2])
        make_survey(contract.tenant, answered_on=today, rating=number % 11)
        make_request(contract, opened_on=today, closed_on=today if number % 2 else None, is_complaint=number % 3 == 0)


def _later(day, months):
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


WHAT = [
    "pay", "pay", "pay", "pay", "charge", "charge", "credit", "credit", "refund", "reverse", "lower", "change_rent", "change_billing",
    "change_payment_day", "renew", "renew", "move", "move", "end", "end", "settle", "settle", "reopen", "void", "back", "notice",
    "dispute", "talk",
]  # fmt: skip
EVENTS = st.lists(
    st.tuples(
        st.integers(0, (TODAY - FIRST_DAY).days), st.integers(0, 1), st.sampled_from([0, 0, 0, 1]),
        st.sampled_from(WHAT), st.integers(0, 30), st.integers(1, 3_000_000),
    ),
    min_size=5, max_size=45,
)  # fmt: skip


@settings(max_examples=examples(EXAMPLES), deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS)
def test_a_site_built_by_any_actions_is_the_same_site_elsewhere(events):
    with transaction.atomic():
        with site_scope([HERE]):
            agency = TwoTenancies(Site.objects.get(pk=HERE))
            for event in sorted(events):
                agency.do(*event)
        same_elsewhere_and_unchanged_here(TODAY)
        transaction.set_rollback(True)


def same_elsewhere_and_unchanged_here(today):
    at_rest(HERE, today)
    was = everything(HERE) | figures(HERE, today)
    files = taken_out(HERE)
    again = brought_in(HERE, files, today)
    assert (again.problems, again.warnings, changed(again)) == ((), (), {})
    assert everything(HERE) | figures(HERE, today) == was
    assert brought_in(THERE, files, today).problems == ()
    now = everything(THERE) | figures(THERE, today)
    for what, rows in was.items():
        assert now[what] == rows, what


# (day, tenancy, how many contracts back, what, number, francs)
ONE_OF_EACH = [
    (3, 0, 0, "pay", 0, 1_700_000),
    (20, 0, 0, "charge", 12, 400_000), (20, 0, 0, "charge", 12, 400_000), (31, 0, 0, "credit", 1, 40_000),
    (40, 0, 0, "pay", 1, 400_000), (41, 0, 0, "reverse", 1, 0), (45, 0, 0, "notice", 2, 0), (46, 0, 0, "dispute", 1, 0),
    (48, 0, 0, "lower", 2, 600_000), (50, 0, 0, "change_rent", 1, 900_000), (55, 0, 0, "change_payment_day", 20, 0), (60, 0, 0, "talk", 7, 0),
    (90, 0, 0, "renew", 5, 300_000), (91, 0, 0, "void", 0, 0), (120, 0, 0, "renew", 5, 100_000),
    (150, 0, 0, "move", 3, 900_000), (200, 0, 0, "change_billing", 1, 0), (230, 0, 0, "end", 20, 0),
    (240, 0, 0, "settle", 1, 100_000),
    (5, 1, 0, "pay", 0, 4_000_000), (33, 1, 0, "end", 15, 0), (34, 1, 0, "settle", 0, 0), (35, 1, 0, "refund", 0, 500_000),
    (70, 1, 0, "back", 4, 0),
]  # fmt: skip


def test_a_site_with_one_of_each_is_the_same_site_elsewhere():
    with site_scope([HERE]):
        agency = TwoTenancies(Site.objects.get(pk=HERE))
        for event in sorted(ONE_OF_EACH):
            agency.do(*event)
        methods = set(Payment.objects.values_list("method", flat=True))
        assert methods == {"cash", "bank", "credit", "refund", "deposit"}
        assert Payment.objects.filter(waives__isnull=False).exists()
        assert Payment.objects.filter(reversals__isnull=False).exists()
        assert set(Deposit.objects.values_list("state", flat=True)) >= {"carried", "partial", "full"}
        assert set(Contract.objects.values_list("status", flat=True)) >= {"draft", "active", "ended"}
        assert Contract.objects.filter(billing_from__isnull=False).exists()
        assert RentStep.objects.exists()
        assert Concession.objects.exists()
        assert Notice.objects.exclude(given_by="").exists()
        assert Litigation.objects.exists()
        # One who signs again for the same home without a renewal has another account; those who renew and move, one.
        assert Account.objects.exclude(contracts=None).count() == 3
    same_elsewhere_and_unchanged_here(TODAY)
    with site_scope([THERE]):
        assert Account.objects.count() == 3


def test_balances_brought_forward_and_assumed_beginnings_come_along():
    taken(
        biens=PLACES,
        locataires=PEOPLE,
        contrats=[
            lease("C-1", solde_ouverture="-1500000", date_solde="01/09/2026"),
            lease("C-2", "B-2", "T-2", solde_ouverture="300000", date_solde="15/09/2026"),
            lease("C-3", "B-3", "T-3"),
        ],
        paiements=["C-3;05/10/2026;900000;cash"],
    )
    with site_scope([HERE]):
        # Typed by hand: due, and received, before the day of the balance.
        contract = Contract.objects.get(reference="C-2")
        actions.add_charge(
            contract=contract,
            kind="repair",
            label="Serrure",
            amount=9_000,
            due_date=dt.date(2026, 8, 1),
            by=None,
            today=TODAY,
        )
        actions.record_payment(
            contract=contract,
            amount=4_000,
            method="cash",
            received_on=dt.date(2026, 8, 2),
            by=None,
            idempotency_key="k",
            today=TODAY,
        )
        assert Contract.objects.get(rents_from_assumed=True).reference == "C-3"
    same_elsewhere_and_unchanged_here(TODAY)


def test_an_agent_who_has_left_is_known_here_and_named_in_a_remark_elsewhere():
    gone = User.objects.create(username="gone", full_name="Gone")
    with site_scope([HERE]):
        make_contract(Site.objects.get(pk=HERE), reference="C-1", agent=gone)
    files = taken_out(HERE)
    assert brought_in(HERE, files, TODAY).warnings == ()
    [remark] = [found for found in brought_in(THERE, files, TODAY).warnings if found.column]
    assert (remark.column, remark.value) == ("former_agent", "gone")
    with site_scope([THERE]):
        assert Contract.objects.get().agent is None


@pytest.mark.parametrize("named", ["C-2", "C-9"])
def test_an_account_that_is_not_the_tenants_own_is_refused(named):
    files = [
        ("biens.csv", b"code;type\nB-1;villa\nB-2;villa"),
        ("locataires.csv", b"code;nom\nT-1;Bah\nT-2;Sow"),
        (
            "contrats.csv",
            f"contrat;bien;locataire;debut;loyer;compte\nC-1;B-1;T-1;01/01/2026;5;{named}\nC-2;B-2;T-2;01/01/2026;5;".encode(),
        ),
    ]
    [problem] = brought_in(HERE, files, TODAY).problems
    assert (problem.column, problem.value) == ("account", named)


def test_a_change_of_rent_comes_with_its_contract_and_not_after_it():
    steps = ["C-1;15/03/2026;900000"]
    files = {name: "\n".join(lines).encode() for name, lines in {
        "biens.csv": ["code;type", "B-1;villa"], "locataires.csv": ["code;nom", "T-1;Bah"],
        "contrats.csv": ["contrat;bien;locataire;debut;loyer;loyers_depuis", "C-1;B-1;T-1;01/01/2026;700000;01/01/2026"],
        "loyers_revises.csv": ["contrat;a_partir_de;loyer", *steps],
    }.items()}  # fmt: skip
    assert brought_in(HERE, list(files.items()), TODAY).problems == ()
    assert [amount for _day, _kind, amount, *_paid in months("C-1")][:4] == [700_000, 700_000, 900_000, 900_000]
    later = ("loyers_revises.csv", b"contrat;a_partir_de;loyer\nC-1;01/06/2026;950000")
    with translation.override("en"):
        [problem] = brought_in(HERE, [later], TODAY).problems
    assert "changed on its page" in problem.reason


def test_a_credit_that_names_no_line_of_the_files_is_refused():
    taken(biens=PLACES, locataires=PEOPLE, contrats=[lease("C-1")])
    lines = b"contrat;date;montant;mode;remise_sur\nC-1;01/10/2026;500;avoir;X\nC-1;01/10/2026;500;cash;X"
    with translation.override("en"):
        reasons = {problem.reason for problem in brought_in(HERE, [("paiements.csv", lines)], TODAY).problems}
    assert reasons == {"No instalment in the files has this mark.", "Only a credit lets an instalment go."}
