"""What is written down about closed months, and who gets the report by mail."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from kpi.counting.figures import as_json
from kpi.counting.periods import calendar_month, first_of_month
from kpi.counting.reading import site_counts, site_figures
from kpi.counting.snapshots import counts_as_json, record_of
from kpi.indicators import BY_KEY, SHARED_KEYS
from kpi.models import KPISnapshot, NetworkBenchmark, ReportSubscription, TouchedDays
from kpi.report.benchmarks import DECIMALS, LEAST_SITES, best_first
from kpi.report.metrics import metrics_of_each
from kpi.report.trends import SERIES_MONTHS
from sites_app.models import Site
from sites_app.scope import site_scope

KEPT_MONTHS = 36


@transaction.atomic
def refresh_snapshots(*, site: Site, today: dt.date) -> int:
    """Make the site's snapshots what its records say: of the last 36 closed months and of all that were kept before.

    Only months without a snapshot, or touched by a late record, are computed. Returns how many. Needs the site in
    scope. One at a time for each site: another one waits here until this transaction ends.
    """
    # Before anything is read: one that had counted earlier would write its older counts over those of the one after
    # it, which has taken away the note that they are to be counted again.
    _wait_for_our_turn(site)
    # Read next: what is touched from now on stays touched, and is computed the next time.
    touched = list(TouchedDays.objects.filter(site=site))
    kept = dict(KPISnapshot.objects.filter(site=site).values_list("month", "timezone"))
    months = {first_of_month(today, before) for before in range(1, KEPT_MONTHS + 1)} | set(kept)
    wanted = [
        calendar_month(month) for month in sorted(months) if kept.get(month) != site.timezone or _is_in(month, touched)
    ]
    if wanted:
        counted = site_counts([site.code], wanted)
        figured = site_figures([site.code], wanted)
        now = timezone.now()
        KPISnapshot.objects.bulk_create(
            [
                KPISnapshot(
                    site=site,
                    month=period.start,
                    counts=counts_as_json(counts[site.code]),
                    figures=as_json(figures[site.code]),
                    timezone=site.timezone,
                    computed_at=now,
                )
                for period, counts, figures in zip(wanted, counted, figured, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["site", "month"],
            update_fields=["counts", "figures", "timezone", "computed_at"],
        )
    TouchedDays.objects.filter(site=site, pk__in=[days.pk for days in touched]).delete()
    return len(wanted)


def _wait_for_our_turn(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('kpi.snapshots'), hashtext(%s))", [site.code])


def _is_in(month: dt.date, touched: Sequence[TouchedDays]) -> bool:
    period = calendar_month(month)
    return any(days.first <= period.end and (days.last is None or days.last >= period.start) for days in touched)


def compare_sites(*, today: dt.date) -> int:
    """Write down what the agency's sites reached in each of the last thirteen closed months, without their names.

    A KPI of a month is kept when at least four sites have a value. Returns how many are. Sees all sites; what it
    writes belongs to none.
    """
    sites = list(Site.objects.order_by("code"))
    currency_of = {site.code: site.currency for site in sites}
    periods = [calendar_month(first_of_month(today, before)) for before in range(1, SERIES_MONTHS + 1)]
    with site_scope(currency_of):
        counts = record_of(list(currency_of), periods).counts
        now = timezone.now()
        found = []
        for period in periods:
            alone = [(period, {code: of_site}) for code, of_site in counts[period].items()]
            of_sites = metrics_of_each(alone, currency_of)
            for key in SHARED_KEYS:
                reached = (of_site.by_key[key].value for of_site in of_sites)
                values = [value for value in reached if value is not None]
                if len(values) >= LEAST_SITES:
                    ordered = [round(value, DECIMALS) for value in best_first(BY_KEY[key], values)]
                    found.append(NetworkBenchmark(month=period.start, key=key, values=ordered, computed_at=now))
        NetworkBenchmark.objects.filter(month__in=[period.start for period in periods]).delete()
        NetworkBenchmark.objects.bulk_create(found)
    return len(found)


@transaction.atomic
def subscribe(*, site: Site, user: User, today: dt.date) -> ReportSubscription:
    """Send the person the site's report by mail when a month is over. Doing it twice changes nothing."""
    subscription, _created = ReportSubscription.objects.get_or_create(site=site, user=user, defaults={"since": today})
    return subscription


@transaction.atomic
def unsubscribe(*, site: Site, user: User) -> None:
    """Send it no more. Doing it twice changes nothing."""
    ReportSubscription.objects.filter(site=site, user=user).delete()
