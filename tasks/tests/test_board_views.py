"""The pages of a manager: everybody's tasks, whose they become, who is absent, and new ones."""

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from leasing.tests.factories import make_contract, make_instalment, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.models import Task
from tasks.pages.board_forms import FilterForm
from tasks.pages.board_list import board_list
from tasks.queries import site_day
from tasks.tests.factories import NOW, make_task
from tasks.tests.pages import DAY, URL, row, tap
from tests.pages import text_of
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


# --- the board ------------------------------------------------------------------------------------------


def test_a_manager_sees_the_load_of_each_agent_and_gives_tasks_away(client, manager, site):
    busy, free = (make_person(name, GN_KINDIA="agent") for name in ("fatou", "ousmane"))
    with site_scope([site.code]):
        tasks = [make_task(site, agent=busy, title=f"Visit {n}") for n in range(7)]
    words = text_of(client.get(URL))
    assert "Fatou 10 h 30 more than a day 10 h 30 7 " in words
    assert "Ousmane 0 min 0 min 0 0 0 0" in words
    answer = client.post(
        f"{URL}give/", {"task": [tasks[0].pk, tasks[1].pk], "agent": free.pk, "filters": "kind=inspection"}
    )
    assert answer["Location"].startswith(f"{URL}?kind=inspection&given=")
    assert "Ousmane has 2 more tasks." in text_of(client.get(answer["Location"]))
    assert [row(task).agent_id for task in tasks[:3]] == [free.pk, free.pk, busy.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Call Awa", "Visit"]),
        ("?kind=admin", ["Call Awa"]),
        ("?state=done", ["Over"]),
        ("?state=all", ["Call Awa", "Over", "Visit"]),
        ("?agent=nobody", ["Visit"]),
        ("?q=awa", ["Call Awa"]),
        ("?q=awa+visit", []),
    ],
)
def test_the_board_lists_what_one_asks_for(client, manager, site, query, found):
    with site_scope([site.code]):
        make_task(site, agent=manager, title="Call Awa", kind="admin")
        make_task(site, title="Visit")
        make_task(site, agent=manager, title="Over", status="done")
    page = client.get(URL + query).content.decode()
    assert sorted(re.findall(r'<a href="/GN_KINDIA/tasks/[0-9a-f-]{36}/">(.*?)</a>', page)) == found


def test_a_filter_that_cannot_be_names_its_field(client, manager):
    answer = client.get(f"{URL}?kind=golf&agent=0")
    assert answer.status_code == 400
    assert "Kind · Select a valid choice" in text_of(answer)


def test_the_board_takes_a_fixed_number_of_statements(client, manager, site):
    counted = []
    for more in (1, 60):
        with site_scope([site.code]):
            for _number in range(more):
                make_task(site, agent=manager)
        with CaptureQueriesContext(connection) as sent:
            assert client.get(URL).status_code == 200
        counted.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    assert counted[0] == counted[1] <= 12


@pytest.mark.parametrize(("query", "most"), [("", 9), ("?state=all", 11), ("?state=done&sort=-agent&page=2", 11)])
def test_no_way_of_looking_at_the_board_grows_with_its_tasks(client, manager, site, query, most):
    left = make_person("fatou")
    counted = []
    for more in (1, 60):
        with site_scope([site.code]):
            for number in range(more):
                make_task(site, agent=(manager, left, None)[number % 3])
                make_task(site, agent=manager, status="done")
        with CaptureQueriesContext(connection) as sent:
            assert client.get(URL + query).status_code == 200
        counted.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    # One more for the names of those who have left, where there are any.
    assert counted[0] <= counted[1] <= most + 1
    assert counted[1] <= counted[0] + 1


def titles(answer):
    return re.findall(r'<a href="/GN_KINDIA/tasks/[0-9a-f-]{36}/">(.*?)</a>', answer.content.decode())


@pytest.fixture
def three(site, manager):
    """Three tasks about rents; the second is begun by who has left since, the third is nobody's."""
    left = make_person("fatou")
    with site_scope([site.code]):
        for number, agent in enumerate((manager, left, None), 1):
            home = make_property(site, code=f"S-{number}")
            tenant = make_tenant(site, name=f"Tenant {number}")
            contract = make_contract(site, reference=f"B-{number}", tenant=tenant, property=home, agent=agent)
            make_instalment(contract, due_date=NOW.date() - dt.timedelta(days=number), amount=number * 1_000_000)
            make_task(
                site, agent=agent, cause="rent_late", kind="payment_follow", contract=contract, tenant=tenant,
                property=home, due_at=NOW - dt.timedelta(days=number),
                facts={"since": "2026-03-05", "periods": ["2026-03-01"], "amount": 1},
                **({"status": "in_progress"} if number == 2 else {}),
            )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "321"),
        ("?sort=priority", "123"),
        ("?sort=task", "123"),
        ("?sort=-task", "321"),
        ("?sort=-due", "123"),
        ("?sort=agent", "213"),
        ("?sort=-francs", "321"),
        ("?sort=nonsense", "321"),
        ("?state=all&sort=due", "321"),
        ("?state=all&sort=-due", "123"),
        ("?state=all&sort=agent", "213"),
    ],
)
def test_the_board_stands_by_priority_until_one_presses_a_head(client, manager, site, three, query, order):
    found = [re.search(r"Tenant (\d)", title)[1] for title in titles(client.get(URL + query))]
    assert "".join(found) == order


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=TENANT+b-2",
        "q=s-1",
        "q=tenant+s-1+b-3",
        "agent=nobody",
        "state=in_progress",
        "kind=payment_follow&q=3",
        "kind=admin",
        "state=pending",
    ],
)
def test_what_is_ranked_and_what_is_read_are_filtered_alike(manager, site, three, query):
    form = FilterForm(QueryDict(query), workers=[manager], now=NOW)
    with site_scope([site.code]):
        read = set(form.chosen(Task.objects.all()).values_list("pk", flat=True))
        _asked, found = board_list(QueryDict(query), site, form, site_day(site, NOW))
        assert {line.task.pk if line.row else line.task.id for line in found.rows} == read


def test_what_is_put_off_is_found_by_its_own_filter_and_in_no_other(client, manager, site, three):
    with site_scope([site.code]):
        off = make_task(site, agent=manager, title="Call again", put_off_until=NOW + dt.timedelta(days=3))
    Membership.objects.create(user=manager, site_id="SN_DAKAR", role="manager")
    # "all my sites" reads what one site ranks.
    for where in (URL, "/ALL/tasks/"):
        for query, shown in (("", False), ("?state=pending", False), ("?state=later", True), ("?state=all", True)):
            assert ("Call again" in text_of(client.get(where + query))) is shown, (where, query)
    assert text_of(client.get(f"{URL}?state=later")).count("Call again") == 1
    with site_scope([site.code]):
        assert off.is_put_off(NOW)


def test_open_francs_are_summed_over_all_found_and_a_tap_takes_a_filter_off(client, manager, site, three):
    words = text_of(client.get(URL))
    assert "Tasks · 3" in words
    assert "Arrears 3,000,000 GNF" in words  # of the third, which alone is late by three days
    page = client.get(f"{URL}?q=tenant&agent=nobody&state=pending").content.decode()
    assert re.findall(r'class="chip" href="([^"]*)"', page)[:3] == [
        "?agent=nobody&amp;state=pending#list",
        "?q=tenant&amp;state=pending#list",
        "?q=tenant&amp;agent=nobody#list",
    ]
    assert len(titles(client.get(f"{URL}?q=tenant&agent=nobody"))) == 2
    assert "Nothing found" in text_of(client.get(f"{URL}?q=nobody+knows"))


def test_a_page_has_fifty_tasks(client, manager, site):
    with site_scope([site.code]):
        for _number in range(53):
            make_task(site, agent=manager)
    assert len(titles(client.get(URL))) == 50
    assert len(titles(client.get(f"{URL}?page=2"))) == 3
    assert len(titles(client.get(f"{URL}?state=all&page=2"))) == 3


@pytest.mark.parametrize("state", ["", "all"])
def test_what_the_board_shows_is_taken_along_as_a_file(client, manager, site, three, state):
    answer = client.get(f"{URL}?file=csv&q=b-&state={state}")
    assert answer["Content-Disposition"] == 'attachment; filename="tasks.csv"'
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert head[:2] == ["Task", "Priority"]
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(one["Contract"], one["Property"], one["Tenant"]) for one in found] == [
        (f"B-{number}", f"S-{number}", f"Tenant {number}") for number in (3, 2, 1)
    ]
    assert [(one["Agent"], one["State"]) for one in found] == [
        ("", "To do"), ("Fatou", "Started"), ("Mariama", "To do"),
    ]  # fmt: skip
    assert found[0]["Reason"].startswith("The rent of")
    assert client.get(f"{URL}?file=xlsx")["Content-Type"].endswith("spreadsheetml.sheet")
    client.force_login(make_person("ousmane", GN_KINDIA="agent"))
    assert client.get(f"{URL}?file=csv").status_code == 403


def test_all_my_sites_list_the_tasks_of_the_sites_one_manages_and_change_nothing(client):
    client.force_login(make_person("aminata", GN_KINDIA="manager", GN_CONAKRY="manager", GN_MAMOU="agent"))
    for code in ("GN_KINDIA", "GN_CONAKRY", "GN_MAMOU"):
        with site_scope([code]):
            make_task(Site.objects.get(pk=code), title=f"Visit in {code}")
    answer = client.get("/ALL/tasks/")
    words = text_of(answer)
    assert "Visit in GN_KINDIA" in words
    assert "Visit in GN_CONAKRY" in words
    assert "GN_MAMOU" not in words
    assert 'name="task"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"), [({}, "Tick at least one task."), ({"task": ["x"]}, "Select a valid choice")]
)
def test_giving_nothing_or_to_nobody_says_what_is_missing(client, manager, fields, sentence):
    answer = client.post(f"{URL}give/", {"agent": manager.pk, **fields}, follow=True)
    assert sentence in text_of(answer)


def given(answer):
    """The handover that the address of the answer names."""
    return re.search(r"given=([0-9a-f-]{36})", answer["Location"])[1]


def test_what_was_given_to_the_wrong_person_is_taken_back_as_it_was(client, manager, site):
    first, other = (make_person(name, GN_KINDIA="agent") for name in ("fatou", "ousmane"))
    with site_scope([site.code]):
        begun = make_task(site, agent=first, status="in_progress", started_at=NOW)
        moved_on = make_task(site, agent=first)
    answer = client.post(
        f"{URL}give/", {"agent": other.pk, "task": [begun.pk, moved_on.pk], "filters": "state=all&kind=inspection"}
    )
    assert answer["Location"].startswith(f"{URL}?state=all&kind=inspection&given=")
    page = client.get(answer["Location"]).content.decode()
    assert "Take it back" in page
    client.force_login(other)
    tap(client, row(moved_on), "start")
    client.force_login(manager)
    form = {"given": given(answer), "filters": "state=all"}
    answer = client.post(f"{URL}take-back/", form, follow=True)
    assert answer.redirect_chain[-1][0] == f"{URL}?state=all"
    words = text_of(answer)
    assert "It is as it was before." in words
    assert "1 task has been changed since and stays where it is." in words
    assert (row(begun).agent_id, row(begun).status, row(begun).started_at) == (first.pk, "in_progress", NOW)
    assert row(moved_on).agent_id == other.pk


def test_nobody_takes_back_what_another_manager_has_given(client, manager, site):
    agent = make_person("fatou", GN_KINDIA="agent")
    with site_scope([site.code]):
        task = make_task(site, agent=None)
    answer = client.post(f"{URL}give/", {"agent": agent.pk, "task": [task.pk]})
    client.force_login(make_person("binta", GN_KINDIA="manager"))
    assert "Take it back" not in client.get(answer["Location"]).content.decode()
    told = client.post(f"{URL}take-back/", {"given": given(answer)}, follow=True)
    assert "There is nothing here to take back." in text_of(told)
    assert row(task).agent_id == agent.pk
    assert client.post(f"{URL}take-back/", {"given": "x"}).status_code == 404


def test_the_board_says_how_pressing_each_open_task_is(client, manager, site):
    with site_scope([site.code]):
        make_task(site, agent=manager, due_at=NOW - dt.timedelta(days=2), kind="litigation")
        make_task(site, agent=manager, status="done")
    page = client.get(f"{URL}?state=all").content.decode()
    assert len(re.findall(r'<span class="tag warn"><svg.*?</svg>Important · \d+</span>', page)) == 1


def test_the_number_of_an_account_is_written_without_separators(client, manager, site):
    """Of a thousand accounts on it would else be 12,345, which names nobody."""
    for pk, name in ((12_345, "fatou"), (12_346, "ousmane")):
        person = User.objects.create(pk=pk, username=name, full_name=name.title(), preferred_language="en")
        Membership.objects.create(user=person, site=site, role="agent")
    with site_scope([site.code]):
        make_task(site, agent=person, title="Visit", kind="admin")
    pages = [
        client.get(address).content.decode() for address in (URL, f"{URL}absent/?agent=12346", f"{DAY}?agent=12346")
    ]
    assert [re.findall("12,34[56]", page) for page in pages] == [[], [], []]
    assert re.search(r'name="take" value="[^"]+:12345"', pages[1])


# --- somebody is absent ---------------------------------------------------------------------------------


def test_the_tasks_of_who_is_absent_go_to_colleagues_one_by_one_or_all_at_once(client, manager, site):
    away, colleague = (make_person(name, GN_KINDIA="agent") for name in ("fatou", "ousmane"))
    with site_scope([site.code]):
        tasks = [make_task(site, agent=away, title=f"Visit {n}", kind="admin") for n in range(3)]
    page = client.get(f"{URL}absent/?agent={away.pk}").content.decode()
    pairs = re.findall(r'name="take" value="([^"]+)"', page)
    assert len(pairs) == 3
    assert {pair.split(":")[1] for pair in pairs} == {str(colleague.pk)}
    client.post(f"{URL}absent/", {"agent": away.pk, "take": pairs, "only": pairs[0]})
    assert sorted(row(task).agent_id for task in tasks) == sorted([away.pk, away.pk, colleague.pk])
    answer = client.post(f"{URL}absent/", {"agent": away.pk, "take": [*pairs, *pairs]})
    assert {row(task).agent_id for task in tasks} == {colleague.pk}
    assert given(answer) in client.get(answer["Location"]).content.decode()
    assert "Nothing to hand over" in text_of(client.get(f"{URL}absent/?agent={away.pk}"))


def test_the_tasks_of_who_has_left_are_nobodys_and_are_handed_over_as_such(client, manager, site):
    left, colleague = (make_person(name, GN_KINDIA="agent") for name in ("fatou", "ousmane"))
    with site_scope([site.code]):
        task = make_task(site, agent=left, kind="admin", title="Find the key")
    Membership.objects.filter(user=left).delete()
    board = client.get(f"{URL}?agent=nobody").content.decode()
    assert f'href="{URL}absent/?agent=nobody"' in board
    assert "Find the key" in board
    assert "Find the key" in client.get(f"{DAY}?agent={left.pk}").content.decode()
    page = client.get(f"{URL}absent/?agent=nobody").content.decode()
    pairs = re.findall(r'name="take" value="([^"]+)"', page)
    client.post(f"{URL}absent/", {"agent": "nobody", "take": pairs})
    assert row(task).agent_id == colleague.pk


def test_a_task_that_went_to_somebody_else_meanwhile_stays_there(client, manager, site):
    away, colleague, third = (make_person(name, GN_KINDIA="agent") for name in ("fatou", "ousmane", "sekou"))
    with site_scope([site.code]):
        task = make_task(site, agent=away, kind="admin")
        Task.objects.filter(pk=task.pk).update(agent=third)
    answer = client.post(f"{URL}absent/", {"agent": away.pk, "take": [f"{task.pk}:{colleague.pk}"]}, follow=True)
    assert "done or given to somebody else in the meantime" in text_of(answer)
    assert row(task).agent_id == third.pk


@pytest.mark.parametrize("take", [[], ["x"], ["x:y"], [f"{uuid.UUID(int=1)}:0"]])
def test_a_proposal_that_cannot_be_gives_nothing_away(client, manager, site, take):
    away = make_person("fatou", GN_KINDIA="agent")
    with site_scope([site.code]):
        task = make_task(site, agent=away)
    assert client.post(f"{URL}absent/", {"agent": away.pk, "take": take}).status_code == 302
    assert row(task).agent_id == away.pk


# --- a new task -----------------------------------------------------------------------------------------


def new_task(person, **overrides):
    values = {"key": "k-1", "title": "Change the lock", "agent": person.pk, "kind": "maintenance"}
    return values | {"due_on": "2026-03-23", "due_time": "10:00"} | overrides


def test_the_contracts_in_force_are_suggested_by_their_tenants_names(client, manager, site):
    with site_scope([site.code]):
        make_contract(
            site, reference="B-7", tenant=make_tenant(site, name="Awa"), property=make_property(site, code="S-1")
        )
        make_contract(site, reference="B-8", status="draft")
        make_contract(site, reference="B-9", status="ended", ended_on=dt.date(2026, 3, 1))
    page = client.get(f"{URL}new/").content.decode()
    assert re.findall(r'<option value="(B-\d)">(.*?)</option>', page) == [("B-7", "Awa · S-1")]


def test_a_manager_writes_a_task_down_once(client, manager, site):
    agent = make_person("fatou", GN_KINDIA="agent")
    with site_scope([site.code]):
        contract = make_contract(site, reference="B-7")
    for _time in range(2):
        assert client.post(f"{URL}new/", new_task(agent, contract="b-7")).status_code == 302
    with site_scope([site.code]):
        task = Task.objects.get()
    assert (task.title, task.agent_id, task.kind) == ("Change the lock", agent.pk, "maintenance")
    assert (task.contract_id, task.tenant_id, task.property_id) == (
        contract.pk,
        contract.tenant_id,
        contract.property_id,
    )
    assert task.due_at == dt.datetime(2026, 3, 23, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fields", "status", "field", "sentence"),
    [
        ({"title": ""}, 400, "What is to be done?", "This field is required."),
        ({"agent": ""}, 400, "Agent", "Say who takes it."),
        ({"contract": "B-404"}, 400, "Contract", "There is no contract with this reference on this site."),
        ({"due_on": "2026-02-30"}, 400, "Due on", "Enter a valid date."),
        ({"due_on": "9999-12-31"}, 400, "Due on", "Give a day up to"),
        ({"due_on": "2026-03-01"}, 422, "Due on", "Choose a time in the future."),
        ({"kind": "golf"}, 400, "Kind", "Select a valid choice."),
    ],
)
def test_a_task_that_cannot_be_names_its_field(client, manager, fields, status, field, sentence):
    answer = client.post(f"{URL}new/", new_task(manager, **fields))
    assert answer.status_code == status
    words = text_of(answer)
    assert field in words
    assert sentence in words
    with site_scope(["GN_KINDIA"]):
        assert not Task.objects.exists()
