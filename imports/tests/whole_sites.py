"""All that a site's books say, by names that another site would give it too; and its export, brought in elsewhere."""

import datetime as dt
from typing import Any

from django.db.models import Model, QuerySet

from imports.exports import EXPORTED, export
from imports.run import ImportReport, run_import
from imports.tests.agencies import books
from kpi.counting.periods import Period, calendar_month, first_of_month, whole_month
from kpi.counting.reading import site_figures
from kpi.report.report import metrics_of
from leasing.actions.closing import close_matters_of_ended
from leasing.actions.instalments import bring_up_to_date
from leasing.models import (
    Account,
    Contract,
    Deposit,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Owner,
    Payment,
    Property,
    RentStep,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.queries import money_faults, prepaid_by_month, prepaid_until
from sites_app.models import Site
from sites_app.scope import site_scope

_OTHER_NAMES = {
    "owner": ("owner__name", "owner__phone"),
    "property": ("property__code",),
    "part_of": ("part_of__code",),
    "tenant": ("tenant__code",),
    "referred_by": ("referred_by__code",),
    "contract": ("contract__reference",),
    "renewal_of": ("renewal_of__reference",),
    "moved_from": ("moved_from__reference",),
    "carried_to": ("carried_to__contract__reference",),
    "waives": (
        "waives__contract__reference", "waives__kind", "waives__period", "waives__due_date", "waives__amount",
        "waives__label",
    ),
    # Accounts are compared by their contracts, months with their shares.
    "account": (), "id": (), "site": (),
    # Who brought it in, and when.
    "recorded_by": (), "recorded_at": (), "idempotency_key": (), "request_digest": (),
    # A contract's own first day stands where nothing was said.
    "rents_from": (),
}  # fmt: skip


def _rows(model: type[Model], **filters: Any) -> QuerySet:
    names = [name for field in model._meta.fields for name in _OTHER_NAMES.get(field.name, (field.name,))]
    return model.objects.filter(**filters).values_list(*names)


def everything(code: str) -> dict[str, Any]:
    """Each row of the site's portfolio but what was reversed on a draft, and what is read from them."""
    signed = {"contract__status__in": ["active", "ended", "terminated"]}
    with site_scope([code]):
        site = Site.objects.get(pk=code)
        found: dict[str, Any] = {
            model.__name__: sorted(_rows(model), key=repr)
            for model in (
                Owner,
                Property,
                Tenant,
                Contract,
                RentStep,
                Deposit,
                Notice,
                Litigation,
                ServiceRequest,
                Survey,
            )
        }
        found["instalments"] = sorted(_rows(Instalment, **signed), key=repr)
        in_order = _rows(Payment, **signed).order_by("received_on", "recorded_at", "id")
        found["payments"] = list(
            in_order.values_list(*in_order.query.values_select, "reversals__reversed_on", "reversals__reason")
        )
        talks = Interaction.objects.values_list("tenant__code", "agent", "channel", "direction", "happened_at", "note")
        found["talks"] = sorted((*row[:4], row[4].replace(second=0, microsecond=0), row[5]) for row in talks)
        begins = Contract.objects.signed().order_by("reference")
        found["rents"] = [(c.reference, c.rents_from or c.start_date, c.rents_from_assumed) for c in begins]
        found["prepaid"] = [(contract.reference, prepaid_until(contract)) for contract in begins]
        found["held"] = [(prepaid.month, prepaid.francs) for prepaid in prepaid_by_month([code], site.today())]
        assert money_faults(site) == []
    # An account is there as long as a contract has it.
    whole = books(code)
    found["accounts"] = [account for account in whole["accounts"] if account[0]]
    return found


def figures(code: str, today: dt.date) -> dict[str, Any]:
    """The KPIs of this month and of the three before, with what stands behind them."""
    periods: list[Period] = [whole_month(today.replace(day=1), today)]
    periods += [calendar_month(first_of_month(today, before)) for before in (1, 2, 3)]
    with site_scope([code]):
        site = Site.objects.get(pk=code)
        metrics = metrics_of([site], periods)
        return {
            "kpis": [dict(of_period.by_key) for of_period in metrics],
            "counts": [of_period.counts[""] for of_period in metrics],
            "figures": [by_site[code] for by_site in site_figures([code], periods)],
        }


def at_rest(code: str, today: dt.date) -> None:
    """As the night leaves it: the months a year ahead, the matters of ended contracts closed."""
    with site_scope([code]):
        bring_up_to_date(code, Account.objects.values_list("pk", flat=True), today)
        close_matters_of_ended(code, today)


def taken_out(code: str, kind: str = "csv") -> list[tuple[str, bytes]]:
    with site_scope([code]):
        site = Site.objects.get(pk=code)
        return [(f"{table}.{kind}", export(site=site, table=table, kind=kind)) for table in EXPORTED]


def brought_in(code: str, files: list[tuple[str, bytes]], today: dt.date) -> ImportReport:
    with site_scope([code]):
        return run_import(site=Site.objects.get(pk=code), files=files, by=None, today=today)


def changed(report: ImportReport) -> dict[str, Any]:
    """What an import did, by table: nothing where it changed nothing."""
    return {name: count for name, count in report.counts.items() if count.inserted or count.closed}
