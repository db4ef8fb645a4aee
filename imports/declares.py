"""An agency's spreadsheets, in and out: the right to bring them in, the pages, and their place in the menu."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from screens.declarations import FORM, Address, Daily, Declaration, Entry, Include

_IMPORT = "imports.import_portfolio"

DECLARATION = Declaration(
    rights={"manager": (_IMPORT,)},
    menu=(
        Entry(
            50,
            "imports:import",
            _("Import"),
            "upload",
            _IMPORT,
            _("Import the agency’s spreadsheets, and export them again."),
        ),
    ),
    jobs=(Daily("imports.jobs.forget_uploads", dt.time(3, 0), "files are kept for a week, and no longer"),),
    includes=(Include("leasing/", "imports.pages.urls"),),
    addresses={
        "imports:import": Address(_IMPORT, FORM),
        "imports:template": Address(_IMPORT),
        "imports:import_run": Address(_IMPORT, row="imports.ImportRun"),
        "imports:import_answer": Address(_IMPORT, ("POST",), row="imports.ImportRun"),
        "imports:import_report": Address(_IMPORT, row="imports.ImportRun"),
        "imports:export_all": Address("leasing.manage_portfolio"),
        "imports:export": Address("leasing.manage_portfolio", arguments={"table": "tenants", "kind": "csv"}),
    },
    administration={"imports": 15},
)
