"""Small agencies as files, and what the books say when they are in."""

import datetime as dt

from django.db.models import Sum

from imports.exports import EXPORTED, export
from imports.likeness import SameMoney
from imports.run import ImportReport, run_import
from leasing.models import Account, Allocation, Contract, Deposit, Instalment, Payment
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 11, 23)
KINDIA = "GN_KINDIA"

HEADS = {
    "biens": "code;type;partie_de",
    "locataires": "code;nom",
    "contrats": "contrat;bien;locataire;debut;fin;loyer;caution;date_sortie;renouvellement_de;loyers_depuis;solde_ouverture;date_solde",
    "echeances": "contrat;echeance;montant;type;libelle",
    "paiements": "contrat;date;montant;mode;reference",
    "cautions": "contrat;etat;montant_rendu;rendu_le;montant_recu;montant_retenu",
    "preavis": "contrat;type;emis_le",
    "demandes": "locataire;bien;categorie;ouverte_le",
    "contacts": "locataire;canal;date_heure",
}
PLACES = ["B-1;Villa;", "B-2;Villa;", "B-3;Villa;"]
PEOPLE = ["T-1;Aïssatou Bah", "T-2;Fodé Sylla", "T-3;Mory Condé"]


def send(
    *,
    today: dt.date = TODAY,
    history_from: dt.date | None = None,
    code: str = KINDIA,
    answer: SameMoney | None = None,
    dry_run: bool = False,
    **tables: list[str],
) -> ImportReport:
    """Import lines by table. Columns that a line leaves out at its end are empty."""
    files = [
        (f"{name}.csv", "\n".join([HEADS[name], *map(_padded(name), lines)]).encode()) for name, lines in tables.items()
    ]
    with site_scope([code]):
        return run_import(
            site=Site.objects.get(pk=code),
            files=files,
            by=None,
            today=today,
            history_from=history_from,
            answer=answer,
            dry_run=dry_run,
        )


def _padded(name):
    return lambda line: line + ";" * (HEADS[name].count(";") - line.count(";"))


def taken(**options) -> ImportReport:
    """Import lines that have nothing wrong."""
    report = send(**options)
    assert report.problems == ()
    assert report.accepted
    return report


def lease(
    reference: str, home: str = "B-1", tenant: str = "T-1", start: str = "01/01/2026", rent: int = 700_000, **given: str
) -> str:
    cells = {"contrat": reference, "bien": home, "locataire": tenant, "debut": start, "loyer": str(rent)} | given
    return ";".join(cells.get(head, "") for head in HEADS["contrats"].split(";"))


def months(reference: str, *, until: dt.date = TODAY) -> list[tuple]:
    """What a contract has been asked for by a day: due, kind, francs, paid, settled."""
    with site_scope([KINDIA]):
        asked = Instalment.objects.filter(contract__reference=reference, due_date__lte=until)
        rows = asked.order_by("due_date", "kind", "label", "amount")
        return list(rows.values_list("due_date", "kind", "amount", "paid_amount", "settled_on"))


def owed(reference: str, *, until: dt.date = TODAY) -> int:
    return sum(amount - paid for _due, _kind, amount, paid, _settled in months(reference, until=until))


def rents_from(reference: str) -> dt.date:
    with site_scope([KINDIA]):
        return Contract.objects.get(reference=reference).rents_from


def books(code: str = KINDIA) -> dict[str, list]:
    """Each month of each contract, the balance of each account by its contracts, and the deposits."""
    with site_scope([code]):
        asked = Instalment.objects.order_by("contract__reference", "due_date", "kind", "label", "amount")
        accounts = []
        for account in Account.objects.all():
            contracts = sorted(account.contracts.values_list("reference", flat=True))
            due = account.instalments.aggregate(francs=Sum("amount"))["francs"] or 0
            paid = account.payments.filter(reversals=None).aggregate(francs=Sum("amount"))["francs"] or 0
            placed = Allocation.objects.filter(payment__account=account).aggregate(francs=Sum("amount"))["francs"] or 0
            accounts.append((contracts, due, paid, paid - placed))
        deposits = Deposit.objects.order_by("contract__reference")
        return {
            "months": list(
                asked.values_list("contract__reference", "kind", "label", "due_date", "amount", "paid_amount", "settled_on")
            ),
            "accounts": sorted(accounts),
            "deposits": list(
                deposits.values_list(
                    "contract__reference", "state", "received", "refunded_amount", "kept_for_arrears",
                    "carried_to__contract__reference",
                )
            ),
        }  # fmt: skip


def exported(code: str = KINDIA) -> list[tuple[str, bytes]]:
    site = Site.objects.get(pk=code)
    with site_scope([code]):
        return [(f"{table}.csv", export(site=site, table=table, kind="csv")) for table in EXPORTED]


def nothing_but_payments(code: str = KINDIA) -> int:
    with site_scope([code]):
        return Payment.objects.count()
