"""Who may open which address, by which methods. An address that is missing here fails the suite.

ANYONE needs no sign-in, PERSON only that, MEMBER any role on the site of the request; otherwise the right itself.
`row` names the model whose id the address carries; `fields` the inputs (query or body) that take ids, by model.
"""

from dataclasses import dataclass, field

ANYONE, PERSON, MEMBER = "anyone", "person", "member"
FORM = ("GET", "POST")
ANY = ("GET", "POST", "PUT", "PATCH", "DELETE")  # an old link answers everything with the same page
DJANGO_FORM = ("GET", "POST", "PUT")  # Django's form views take a PUT for a POST


@dataclass(frozen=True)
class Address:
    who: str
    methods: tuple[str, ...] = ("GET",)
    row: str | None = None
    arguments: dict = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


TABLE: dict[str, Address] = {
    "home": Address(MEMBER),
    "healthz": Address(ANYONE),
    "readyz": Address(ANYONE),
    "service_worker": Address(ANYONE),
    "accounts:login": Address(ANYONE, DJANGO_FORM),
    "accounts:logout": Address(PERSON, ("POST",)),
    "accounts:language": Address(ANYONE, ("POST",)),
    "accounts:password_change": Address(PERSON, DJANGO_FORM),
    "accounts:password_reset": Address(ANYONE, DJANGO_FORM),
    "accounts:password_reset_sent": Address(ANYONE),
    "accounts:password_reset_confirm": Address(ANYONE, ANY, arguments={"uidb64": "MQ", "token": "a-b"}),
    "accounts:profile": Address(PERSON, FORM),
    "accounts:token_create": Address(PERSON, ("POST",)),
    "accounts:token_revoke": Address(PERSON, FORM, row="accounts.ApiToken"),
    "sites_app:choose": Address(PERSON),
    "sites_app:select": Address(PERSON, ("POST",)),
    "leasing:import": Address("leasing.import_portfolio", FORM),
    "leasing:import_run": Address("leasing.import_portfolio", row="leasing.ImportRun"),
    "leasing:import_report": Address("leasing.import_portfolio", row="leasing.ImportRun"),
    "leasing:export": Address("leasing.manage_portfolio", arguments={"table": "tenants", "kind": "csv"}),
    "tasks:board": Address("tasks.manage_tasks"),
    "tasks:today": Address("tasks.work_on_tasks"),
    "tasks:round": Address("tasks.work_on_tasks"),
    "tasks:undo": Address("tasks.work_on_tasks", ("POST",)),
    "tasks:new": Address("tasks.manage_tasks", FORM),
    "tasks:give": Address("tasks.manage_tasks", ("POST",)),
    "tasks:take-back": Address("tasks.manage_tasks", ("POST",)),
    "tasks:absent": Address("tasks.manage_tasks", FORM),
    "tasks:detail": Address("tasks.work_on_tasks", row="tasks.Task"),
    "tasks:wait": Address("tasks.work_on_tasks", ("POST",), row="tasks.Task"),
    "tasks:change": Address("tasks.work_on_tasks", FORM, row="tasks.Task", arguments={"verb": "start"}),
    "tasks_api:today": Address("tasks.work_on_tasks", arguments={"agent_id": "1"}),
    "tasks_api:change": Address("tasks.work_on_tasks", ("PATCH",), row="tasks.Task"),
    "kpi:dashboard": Address("kpi.view_kpi"),
    "kpi:print": Address("kpi.view_kpi"),
    "kpi:report": Address("kpi.view_kpi", arguments={"kind": "csv"}),
    "kpi:subscription": Address("kpi.view_kpi", ("POST",)),
    "kpi:indicator": Address("kpi.view_kpi", arguments={"key": "occupancyRate"}),
    "kpi:rows": Address("kpi.view_kpi", arguments={"key": "occupancyRate", "kind": "csv"}),
    "kpi_api:metrics": Address("kpi.view_kpi"),
    "kpi_api:report": Address("kpi.view_kpi"),
}
