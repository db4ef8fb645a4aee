"""The import's pages and the exports. Thin: read the form, call the import or the export, show what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports.exports import EXPORTED, export, export_all
from imports.headings import is_english
from imports.likeness import sentence
from imports.models import ImportRun
from imports.pages.forms import ONE_BY_ONE, AnswerForm, ImportForm
from imports.pages.one_of_few import RETRY_AFTER_SECONDS, AllPlacesTaken, one_of_few
from imports.pages.shapes import described_tables
from imports.pages.upload_limit import is_too_large
from imports.pages.words import counts_of, held_lines, held_of, listed, owed_sentence, stage_sentence, totals_of
from imports.runs import (
    FilesAreGone,
    answer_question,
    files_are_there,
    import_later,
    import_now,
    is_large,
    job_is_lost,
    progress_of,
)
from imports.template import empty_template
from imports.totals import totals_kept
from screens import formats
from screens.exports import KINDS, TooManyRows, as_csv, download
from sites_app.models import Site
from sites_app.permissions import needs
from sites_app.request import SiteRequest

_RUNS_A_PAGE = 10
_ROWS_A_PAGE = 50
_BUSY = gettext_lazy("Other files are being read just now. Send yours again in a few moments.")


@needs("imports.import_portfolio")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SiteRequest) -> HttpResponse:
    """The form that takes spreadsheets, what they have to look like, and what was imported before."""
    site = _chosen_site(request)
    busy = False
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES, body_too_large=is_too_large(request))
        if form.is_valid():
            try:
                with one_of_few():
                    run = _start(request, site, form)
            except AllPlacesTaken:
                form.add_error("files", str(_BUSY))
                busy = True
            else:
                return HttpResponseRedirect(reverse("imports:import_run", args=[run.pk]))
    else:
        form = ImportForm()
    runs = ImportRun.objects.without_rows().select_related("started_by")
    context = {
        "form": form,
        "page": Paginator(runs, _RUNS_A_PAGE).get_page(request.GET.get("page")),
        "tables": described_tables(get_language() or "fr"),
        "exports": [(name, table.label) for name, table in EXPORTED.items()],
    }
    answer = render(request, "imports/import.html", context, status=400 if form.errors else 200)
    if busy:
        answer.status_code, answer["Retry-After"] = 503, str(RETRY_AFTER_SECONDS)
    return answer


def _start(request: SiteRequest, site: Site, form: ImportForm) -> ImportRun:
    uploads, dry_run = form.cleaned_data["files"], form.cleaned_data["dry_run"]
    files = [(name, upload.read()) for name, upload in uploads]
    today = site.today()
    history_from = form.history_from(today)
    if is_large([(name, upload.size) for name, upload in uploads]):
        return import_later(site=site, files=files, by=request.user, history_from=history_from, dry_run=dry_run)
    return import_now(site=site, files=files, by=request.user, today=today, history_from=history_from, dry_run=dry_run)


@needs("imports.import_portfolio")
@require_safe
def import_run(request: SiteRequest, pk: UUID) -> HttpResponse:
    """How far an import is; then what it did, or every row that kept it from being done."""
    site = _chosen_site(request)
    return _page_of(request, site, get_object_or_404(ImportRun.objects.select_related("started_by"), pk=pk))


def _page_of(request: SiteRequest, site: Site, run: ImportRun, status: int = 200) -> HttpResponse:
    waiting = run.state == ImportRun.State.QUEUED
    lost = waiting and job_is_lost(run)
    rows = listed(run.problems or run.warnings)
    totals = totals_kept(run.totals)
    asks = run.state == ImportRun.State.ASKS
    # One by one they are answered on one page: what is ticked on another would be lost.
    one_by_one = asks and run.held_count <= ONE_BY_ONE
    context = {
        "run": run,
        "state": ImportRun.State.FAILED if lost else ImportRun.State(run.state),
        "waiting": waiting and not lost,
        "stage": stage_sentence(progress_of(run)) if waiting and not lost else "",
        "counts": counts_of(run),
        "totals": totals_of(totals, site.currency),
        "owed": owed_sentence(totals, site.currency, is_check=run.dry_run),
        "page": Paginator(rows, _ROWS_A_PAGE).get_page(request.GET.get("page")),
        "unlisted": run.problem_count - len(run.problems),
        "held": Paginator(held_lines(run, site.currency), ONE_BY_ONE).get_page(request.GET.get("page")),
        "held_unlisted": run.held_count - len(run.held),
        "held_sum": formats.francs(run.held_francs, site.currency),
        "one_by_one": one_by_one,
        "files_are_there": asks and files_are_there(run),
        "crumbs": [{"label": _("Import"), "url": reverse("imports:import")}],
    }
    template = "imports/_run.html" if request.htmx else "imports/import_run.html"
    return render(request, template, context, status=status)


@needs("imports.import_portfolio")
@require_POST
def import_answer(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What the rows are that look like recorded payments: the import goes on with that, from the files it was sent."""
    site = _chosen_site(request)
    run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=pk)
    if run.state != ImportRun.State.ASKS:
        return HttpResponseRedirect(reverse("imports:import_run", args=[run.pk]))
    form = AnswerForm(request.POST, held=run.held_count)
    if not form.is_valid():
        messages.error(request, _("Say whether these rows are the same payments."))
        return _page_of(request, site, run, status=400)
    try:
        with one_of_few():
            answer_question(run=run, same=form.same(), by=request.user, today=site.today())
    except AllPlacesTaken:
        messages.error(request, str(_BUSY))
        busy = _page_of(request, site, run, status=503)
        busy["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return busy
    except FilesAreGone:
        # The page says so.
        pass
    return HttpResponseRedirect(reverse("imports:import_run", args=[run.pk]))


@needs("imports.import_portfolio")
@require_safe
def import_report(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The bad rows and the remarks of an import, to be worked through in a spreadsheet."""
    _chosen_site(request)
    run = get_object_or_404(ImportRun, pk=pk)
    lines: list[list[Any]] = [[_("Sort"), _("File"), _("Line"), _("Column"), _("Value"), _("Reason")]]
    for sort, rows in ((_("Error"), run.problems), (_("Remark"), run.warnings)):
        lines += [[sort, row.source, row.line or "", row.column, row.value, row.reason] for row in listed(rows)]
    lines += [[_("Question"), pair.source, pair.line, "", pair.amount, sentence(pair)] for pair in held_of(run)]
    return download(as_csv(lines), f"import-{run.started_at:%Y-%m-%d}.csv")


@needs("imports.import_portfolio")
@require_safe
def template(request: SiteRequest) -> HttpResponse:
    """An empty Excel file with a sheet for each table, to be filled in and imported."""
    _chosen_site(request)
    language = get_language() or "fr"
    return download(empty_template(language), "akig-template.xlsx" if is_english(language) else "akig-modele.xlsx")


@needs("leasing.manage_portfolio")
@require_safe
def export_table(request: SiteRequest, table: str, kind: str) -> HttpResponse:
    """A table as a file that can be imported again and then changes nothing."""
    site = _chosen_site(request)
    if table not in EXPORTED or kind not in KINDS:
        raise Http404
    try:
        content = export(site=site, table=table, kind=kind)
    except TooManyRows as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("imports:import"))
    # Named for its table, so that the import knows it again.
    return download(content, f"{table}.{kind}")


@needs("leasing.manage_portfolio")
@require_safe
def export_everything(request: SiteRequest) -> HttpResponse:
    """All tables in one zip, which the import takes as it is: imported into an empty site it gives the same books."""
    site = _chosen_site(request)
    headers = {"Content-Disposition": f'attachment; filename="{site.code}-{site.today()}.zip"'}
    return HttpResponse(export_all(site=site), content_type="application/zip", headers=headers)


def _chosen_site(request: SiteRequest) -> Site:
    if request.site is None:
        raise PermissionDenied(_("Choose one site: files are imported into one site, and exported from one."))
    return request.site
