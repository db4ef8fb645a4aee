"""A ledger as property software prints it: what it says was due and paid is imported, and its balances come out."""

import csv
import datetime as dt
import io
import re
from typing import NamedTuple

import pytest

from imports.tests.agencies import KINDIA, PEOPLE, PLACES, lease, months, send
from imports.tests.whole_sites import brought_in, taken_out
from leasing.models import Contract, Instalment, Payment
from leasing.queries import on_account
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

CLOSING = dt.date(2026, 4, 30)
LEDGER = """
COMPTE LOCATAIRE C-101
Date;Libellé;Débit;Crédit;Solde
01/01/2026;Solde reporté;1 400 000;;1 400 000
05/01/2026;Loyer janvier 2026;700 000;;2 100 000
12/01/2026;Espèces reçu 31;;1 000 000;1 100 000
15/01/2026;Électricité décembre;85 500;;1 185 500
15/01/2026;Eau décembre;23 250;;1 208 750
31/01/2026;Intérêts de retard;42 000;;1 250 750
05/02/2026;Loyer février 2026;700 000;;1 950 750
10/02/2026;Orange Money OM-5512;;1 250 000;700 750
15/02/2026;Électricité janvier;91 000;;791 750
20/02/2026;Frais d'huissier;150 000;;941 750
28/02/2026;Avoir intérêts de janvier;;42 000;899 750
05/03/2026;Loyer mars 2026;700 000;;1 599 750
06/03/2026;Virement VIR-88;;1 600 000;-250
15/03/2026;Eau février;19 750;;19 500
05/04/2026;Loyer avril 2026;700 000;;719 500
05/04/2026;Espèces reçu 77;;719 500;0
COMPTE LOCATAIRE C-102
Date;Libellé;Débit;Crédit;Solde
01/01/2026;Solde reporté;;2 100 000;-2 100 000
05/01/2026;Loyer janvier 2026;650 000;;-1 450 000
05/02/2026;Loyer février 2026;650 000;;-800 000
14/02/2026;Remboursement du trop-perçu;500 000;;-300 000
05/03/2026;Loyer mars 2026;650 000;;350 000
15/03/2026;Électricité février;60 000;;410 000
15/03/2026;Eau février;15 000;;425 000
20/03/2026;Chèque 0004512;;400 000;25 000
05/04/2026;Loyer avril 2026;650 000;;675 000
30/04/2026;Intérêts de retard;13 500;;688 500
COMPTE LOCATAIRE C-103
Date;Libellé;Débit;Crédit;Solde
01/01/2026;Solde reporté;;;0
05/01/2026;Loyer janvier 2026;500 000;;500 000
05/01/2026;Espèces reçu 32;;500 000;0
05/02/2026;Loyer février 2026;500 000;;500 000
09/02/2026;Espèces reçu 33;;500 000;0
20/02/2026;Réparation de la serrure;75 000;;75 000
05/03/2026;Loyer mars 2026;500 000;;575 000
25/03/2026;Virement VIR-90;;700 000;-125 000
02/04/2026;Électricité mars;48 000;;-77 000
10/04/2026;Remboursement du solde;77 000;;0
"""
# What the first word of a line says: a kind of debt, or a method.
DEBTS = {
    "loyer": "loyer", "électricité": "charges", "eau": "charges", "intérêts": "pénalité", "réparation": "réparation",
    "frais": "autre",
}  # fmt: skip
MONEY = {
    "espèces": "espèces", "orange": "Orange Money", "virement": "virement", "chèque": "chèque", "avoir": "avoir",
    "remboursement": "remboursement",
}  # fmt: skip


class LedgerLine(NamedTuple):
    account: str
    day: dt.date
    label: str
    debit: int
    credit: int
    balance: int


def printed():
    lines, account = [], ""
    for cells in csv.reader(io.StringIO(LEDGER.strip()), delimiter=";"):
        if cells[0].startswith("COMPTE"):
            account = cells[0].split()[-1]
        elif cells[0] != "Date":
            day = dt.datetime.strptime(cells[0], "%d/%m/%Y").replace(tzinfo=dt.UTC).date()
            debit, credit, balance = (int(cell.replace(" ", "") or 0) for cell in cells[2:])
            lines.append(LedgerLine(account, day, cells[1], debit, credit, balance))
    return lines


def as_files(lines):
    """The ledger's lines as those of the import's files."""
    debts, money, openings = [], [], {}
    for line in lines:
        first = line.label.split()[0].lower()
        day = f"{line.day:%d/%m/%Y}"
        if first == "solde":
            openings[line.account] = {"solde_ouverture": str(line.balance), "date_solde": day}
        elif first in DEBTS:
            label = "" if first == "loyer" else line.label
            debts.append(f"{line.account};{day};{line.debit};{DEBTS[first]};{label}")
        else:
            money.append(f"{line.account};{day};{line.debit or line.credit};{MONEY[first]}")
    leases = [
        lease("C-101", "B-1", "T-1", "01/06/2024", 700_000, **openings["C-101"]),
        lease("C-102", "B-2", "T-2", "01/03/2025", 650_000, **openings["C-102"]),
        lease("C-103", "B-3", "T-3", "01/01/2025", 500_000, date_sortie="31/03/2026", **openings["C-103"]),
    ]
    return {"biens": PLACES, "locataires": PEOPLE, "contrats": leases, "echeances": debts, "paiements": money}


def balance(reference, day):
    """What a contract's tenant owes by the end of a day; less than nothing is ahead."""
    due = Instalment.objects.filter(contract__reference=reference, due_date__lte=day)
    came = Payment.objects.standing().filter(contract__reference=reference, received_on__lte=day)
    return sum(due.values_list("amount", flat=True)) - sum(came.values_list("amount", flat=True))


def balances(code):
    """By account and day, as it is after the last line of the day."""
    with site_scope([code]):
        return {(line.account, line.day): balance(line.account, line.day) for line in printed()}


def test_the_ledger_of_this_test_adds_up():
    before = {}
    for line in printed():
        first = re.match("Solde", line.label)
        assert line.balance == before.get(line.account, 0) + line.debit - line.credit, line
        assert (line.account not in before) == bool(first)
        before[line.account] = line.balance


def test_after_the_import_each_account_has_the_balances_that_its_ledger_prints():
    report = send(today=CLOSING, **as_files(printed()))
    assert report.problems == ()
    as_printed = {(line.account, line.day): line.balance for line in printed()}
    assert balances(KINDIA) == as_printed
    # So it is where the money lies: what is due and not paid, less what is paid ahead or lies on account.
    with site_scope([KINDIA]):
        for contract in Contract.objects.all():
            rows = Instalment.objects.filter(contract=contract)
            lacking = sum(row.amount - row.paid_amount for row in rows if row.due_date <= CLOSING)
            ahead = sum(row.paid_amount for row in rows if row.due_date > CLOSING) + on_account(contract)
            closing = [line.balance for line in printed() if line.account == contract.reference][-1]
            assert lacking - ahead == closing, contract.reference
    files = taken_out(KINDIA)
    assert brought_in("GN_LABE", files, CLOSING).problems == ()
    assert balances("GN_LABE") == as_printed


def test_a_month_has_as_many_charges_as_the_ledger_with_their_kinds_and_days():
    send(today=CLOSING, **as_files(printed()))
    february = [row for row in months("C-101", until=dt.date(2026, 2, 28)) if row[0].month == 2]
    assert [(f"{day:%d/%m}", kind, amount) for day, kind, amount, _paid, _settled in february] == [
        ("05/02", "rent", 700_000),
        ("15/02", "service", 91_000),
        ("20/02", "other", 150_000),
    ]
    with site_scope([KINDIA]):
        january = Instalment.objects.filter(contract__reference="C-101", period=dt.date(2026, 1, 1))
        assert list(january.order_by("due_date", "label").values_list("kind", "label", "settled_on")) == [
            ("opening", "", dt.date(2026, 2, 10)),
            ("rent", "", dt.date(2026, 2, 10)),
            ("service", "Eau décembre", dt.date(2026, 2, 10)),
            ("service", "Électricité décembre", dt.date(2026, 2, 10)),
            # 2 250 000 came by then, 750 less than all this: the credit lets them go.
            ("penalty", "Intérêts de retard", dt.date(2026, 2, 28)),
        ]
