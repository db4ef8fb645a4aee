"""The page that finds anybody. A whole code or number that one thing has leads straight to its own page."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leasing.models import Contract, Owner, SearchWord
from leasing.search import KINDS, MOST, SHOWN, Found, Hit, find, is_enough, properties_of
from screens.lists import refuse_long_search
from sites_app.permissions import needs
from sites_app.request import SiteRequest

ICONS = {"tenant": "person", "contract": "paper", "property": "home", "owner": "key"}
# Where a kind has its page. An owner's is the list of what they own.
PAGES = {
    "tenant": "leasing:tenant",
    "contract": "leasing:contract",
    "property": "leasing:property",
}


class FindForm(forms.Form):
    """What is looked for: words, or the properties of an owner; of one kind or of all."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone or code"),
        required=False,
        validators=[refuse_long_search],
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autocapitalize": "off"}),
    )
    kind = forms.ChoiceField(required=False, choices=SearchWord.Kind.choices)
    owner = forms.UUIDField(required=False)


@needs("leasing.view_portfolio")
@require_safe
def search(request: SiteRequest) -> HttpResponse:
    """Everything on the person's sites that has what was typed, by kind, the best first."""
    form = FindForm(request.GET)
    if not form.is_valid():
        return render(request, "leasing/search.html", {"form": form}, status=400)
    text, kind, owner = (form.cleaned_data[name] for name in ("q", "kind", "owner"))
    if owner:
        return _show(request, form, _owned(request, owner), MOST)
    limit = MOST if kind else SHOWN
    found = find(request.site_codes, text, limit=limit, kinds=(kind,) if kind else KINDS)
    if found.the_one is not None and not kind:
        return HttpResponseRedirect(page_of(found.the_one.kind, found.the_one.id))
    return _show(request, form, found, limit)


def page_of(kind: str, pk: UUID) -> str:
    """The address of a thing's own page."""
    if kind == SearchWord.Kind.OWNER:
        return f"{reverse('leasing:search')}?{urlencode({'owner': str(pk)})}"
    return reverse(PAGES[kind], args=[pk])


def _owned(request: SiteRequest, pk: UUID) -> Found:
    owner = Owner.objects.filter(site__in=request.site_codes, pk=pk).first()
    if owner is None:
        return Found({})
    return properties_of(owner.site_id, owner.pk, limit=MOST)


def _show(request: SiteRequest, form: FindForm, found: Found, limit: int) -> HttpResponse:
    text = form.cleaned_data["q"]
    sites = {} if request.site else {access.code: access.name for access in request.accessible_sites}
    groups = [_group(kind, hits, found, text, limit, sites) for kind, hits in found.hits.items() if hits]
    context = {
        "form": form,
        "groups": groups,
        "typed": text,
        "owner": form.cleaned_data["owner"],
        "is_enough": is_enough(text),
        "is_guess": found.is_guess,
    }
    return render(request, "leasing/search.html", context)


def _group(kind: str, hits: Any, found: Found, text: str, limit: int, sites: dict[str, str]) -> dict[str, Any]:
    has_more = kind in found.more
    more = urlencode({"q": text, "kind": kind}) if has_more and limit < MOST else ""
    return {
        "kind": kind,
        "label": SearchWord.Kind(kind).label,
        "icon": ICONS[kind],
        "lines": [_line(hit, sites) for hit in hits],
        "more": more,
        "is_cut": has_more and not more,
    }


def _line(hit: Hit, sites: dict[str, str]) -> dict[str, Any]:
    state = Contract.Status(hit.state).label if hit.state else ""
    is_person = hit.kind in (SearchWord.Kind.TENANT, SearchWord.Kind.OWNER)
    return {
        "url": page_of(hit.kind, hit.id),
        "title": hit.name if is_person else hit.code,
        "facts": [fact for fact in (hit.code if is_person else hit.name, hit.home, state) if fact],
        "phone": hit.phone if is_person else "",
        "site": sites.get(hit.site_id, ""),
    }
