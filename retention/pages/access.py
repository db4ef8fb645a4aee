"""Whose profile a person sees: a manager everybody's of the site, an agent those of the tenants whom they work with."""

import datetime as dt
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404

from leasing.models import Contract, Tenant
from retention.models import ScoringObjection
from sites_app.permissions import rights_on
from sites_app.request import SiteRequest
from tasks.models import Task

VIEW, MANAGE = "retention.view_profile", "retention.manage_retention"


def tenant_or_404(request: SiteRequest, pk: UUID) -> tuple[Tenant, dt.date | None]:
    """The tenant, and since when they do not want to be scored, if so. One statement.

    Who may not see the profile gets the answer for one who does not exist.
    """
    objection = ScoringObjection.objects.filter(site_id=OuterRef("site_id"), tenant=OuterRef("pk"))
    rows = Tenant.objects.filter(site__in=request.site_codes, pk=pk).select_related("site", "referred_by")
    managed = [code for code in request.site_codes if MANAGE in rights_on(request, code)]
    seen = rows.filter(Q(site__in=managed) | works_with(request.user.pk))
    found = seen.annotate(objected_on=Subquery(objection.values("since")[:1])).first()
    if found is None:
        raise Http404("tenant")
    return found, found.objected_on


def may_see(request: SiteRequest, tenant: Tenant) -> bool:
    """Whether the person sees the profile of a tenant. One statement, and none for a manager."""
    if MANAGE in rights_on(request, tenant.site_id):
        return True
    return Tenant.objects.filter(works_with(request.user.pk), site=tenant.site, pk=tenant.pk).exists()


def works_with(person_id: int | None) -> Q:
    """Of tenants: the person is the agent of a contract of theirs that has not ended, or has an open task about them,
    as who stands in for a colleague."""
    of_theirs = {"site_id": OuterRef("site_id"), "tenant": OuterRef("pk"), "agent": person_id}
    contracts = Contract.objects.signed().filter(ended_on=None, **of_theirs)
    return Q(Exists(contracts)) | Q(Exists(Task.objects.open().filter(**of_theirs)))
