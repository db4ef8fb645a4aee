"""What apps declare: gathered from each, and complained about when it does not fit together."""

import datetime as dt

import pytest
from django.conf import settings

from akig import declared
from akig.declaration_checks import declarations_fit_together
from screens.declarations import Address, Daily, Declaration, Entry, Include, Panel, TimelineSource
from sites_app import access
from sites_app.access import ROLE_PERMISSIONS
from sites_app.resolve import needs_no_site


@pytest.fixture
def also(monkeypatch):
    """Have one more app that declares something: its complaints."""
    installed = dict(declared.declarations())

    def install(**parts):
        monkeypatch.setattr(declared, "declarations", lambda: installed | {"attic": Declaration(**parts)})
        return [error.msg for error in declarations_fit_together(None)]

    return install


def test_what_is_installed_fits_together():
    assert declarations_fit_together(None) == []


def test_every_app_that_has_something_to_say_is_heard_in_the_order_of_the_settings():
    ours = [app for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app / "declares.py").exists()]
    assert list(declared.declarations()) == ours
    assert {"leasing", "tasks", "kpi"} <= set(ours)


def test_a_role_has_the_rights_of_those_below_it():
    assert ROLE_PERMISSIONS["agent"] < ROLE_PERMISSIONS["manager"] < ROLE_PERMISSIONS["admin"]
    assert "tasks.work_on_tasks" in ROLE_PERMISSIONS["agent"]
    assert "kpi.view_kpi" in ROLE_PERMISSIONS["manager"] - ROLE_PERMISSIONS["agent"]
    assert "sites_app.manage_site" in ROLE_PERMISSIONS["admin"] - ROLE_PERMISSIONS["manager"]


def test_rights_are_granted_in_place_of_those_before(monkeypatch):
    monkeypatch.setattr(access, "ROLE_PERMISSIONS", {})
    access.grant([{"agent": ("a.see",)}, {"agent": ("b.see",), "admin": ("b.rule",)}])
    access.grant([{"manager": ("a.lead",)}, {"admin": ("b.rule",)}])
    assert {
        "agent": frozenset(),
        "manager": frozenset({"a.lead"}),
        "admin": frozenset({"a.lead", "b.rule"}),
    } == access.ROLE_PERMISSIONS


def test_the_addresses_that_need_no_site_are_those_that_say_so():
    assert needs_no_site("/accounts/login/")
    assert needs_no_site("/service-worker.js")
    assert needs_no_site("/healthz")
    assert not needs_no_site("/")
    assert not needs_no_site("/tasks/today/")
    assert not needs_no_site("/tenants/1/")


def test_the_menu_stands_in_the_order_of_its_places(monkeypatch):
    apps = {
        "one": Declaration(menu=(Entry(30, "c", "C", "check"), Entry(10, "a", "A", "check"))),
        "two": Declaration(menu=(Entry(20, "b", "B", "check"),)),
    }
    monkeypatch.setattr(declared, "declarations", lambda: apps)
    assert [entry.url_name for entry in declared.menu()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"rights": {"agent": ("tasks.work_on_tasks",)}}, "The right tasks.work_on_tasks is declared twice"),
        ({"addresses": {"kpi:dashboard": Address("kpi.view_kpi")}}, "The address kpi:dashboard is declared twice"),
        ({"menu": (Entry(1, "tasks:board", "Tasks", "check"),)}, "The menu entry tasks:board is declared twice"),
        ({"jobs": (Daily("tasks.jobs.begin_day", dt.time(5), "early"),)}, "The job tasks.jobs.begin_day is declared"),
        (
            {"includes": (Include("work/", "tasks.pages.urls"),)},
            "The module of addresses tasks.pages.urls is declared twice",
        ),
        ({"administration": {"kpi": 1}}, "The place of the app label kpi is declared twice: by kpi and attic."),
        ({"rights": {"agent": ("attic.climb",)}}, "No view asks for the right attic.climb."),
        ({"rights": {"visitor": ("attic.climb",)}}, "attic grants rights to visitor, which is no role."),
        ({"addresses": {"attic": Address("attic.climb")}}, "The right attic.climb is asked for, and no app grants it."),
        ({"menu": (Entry(1, "attic:stairs", "Attic", "check"),)}, "attic has a menu entry for attic:stairs, which is"),
        ({"panels": (Panel("attic:stairs", 1, "a.html", print),)}, "attic has a panel for attic:stairs, which is no"),
        ({"timeline": (TimelineSource("tenant", "x", print, "attic.climb"),)}, "The right attic.climb is asked for"),
        ({"includes": (Include("", "attic.urls", needs_site=False),)}, "attic says of addresses without a beginning"),
        ({"jobs": (Daily("attic.jobs.sweep", dt.time(5), "dust"),)}, "The worker does not know the job attic.jobs."),
    ],
)
def test_what_does_not_fit_is_named(also, parts, complaint):
    complaints = also(**parts)
    assert [sentence for sentence in complaints if sentence.startswith(complaint)], complaints
