"""The pages of an agent: what one reads and does there, and who is kept out."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leasing.models import Contract
from leasing.tests.factories import make_contract, make_deposit, make_instalment, make_property, make_tenant
from sites_app.models import Flag, Site
from sites_app.scope import site_scope
from tasks.models import TaskChange, TaskDependency, TaskPrioritization
from tasks.tests.factories import NOW, make_dependency, make_task
from tasks.tests.pages import DAY, URL, row, tap
from tests.pages import text_of
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


def make_task_in(site, agent, title):
    with site_scope([site.code]):
        return make_task(site, agent=agent, title=title)


def late_rent(site, agent, **overrides):
    """A rent of 1 500 000 that is 15 days late, to be collected today."""
    tenant = make_tenant(site, name="Aïssatou Bah", phone="+224620000009")
    contract = make_contract(site, tenant=tenant, property=make_property(site, code="S-102"))
    rent = make_instalment(contract, dt.date(2026, 3, 1))
    values = {
        "kind": "payment_follow",
        "cause": "rent_late",
        "facts": {"since": "2026-03-05", "periods": ["2026-03-01"], "amount": 1_500_000},
        "source": f"rent_late:10:{rent.pk}",
        "contract": contract,
        "tenant": tenant,
        "property": contract.property,
    }
    return make_task(site, agent=agent, **(values | overrides))


@pytest.fixture
def day(agent, site):
    """Five tasks of the agent: a late rent first, then visits due on the days that follow."""
    with site_scope([site.code]):
        first = late_rent(site, agent)
        visits = [
            make_task(site, agent=agent, title=f"Visit {n}", due_at=NOW + dt.timedelta(days=n)) for n in range(1, 5)
        ]
    return [first, *visits]


def titles(answer):
    return re.findall(r'<h2 id="title-.*?<a href="[^"]+">(.*?)</a>', answer.content.decode())


# --- the day --------------------------------------------------------------------------------------------


def test_an_agent_reads_three_tasks_in_order_with_their_reasons_and_the_rest_below(client, day):
    answer = client.get(DAY)
    assert answer.status_code == 200
    assert titles(answer) == ["Ask Aïssatou Bah (S-102) for the rent of March", "Visit 1", "Visit 2"]
    words = text_of(answer)
    assert "Today, Friday, 20 March 2026 the first 3 of 5 tasks · about 6 h 45 · 0 done this week" in words
    assert "The rent of March is 15 days late: 1,500,000 GNF." in words
    assert "The rest of the day (2 tasks)" in words
    assert re.search(r"Place 1 Important · \d\d 45 min Ask", words)
    page = answer.content.decode()
    assert 'href="tel:+224620000009"' in page
    assert 'href="https://wa.me/224620000009" rel="noopener noreferrer"' in page


def test_each_card_says_its_level_in_a_word_beside_its_colour(client, day):
    tags = re.findall(r'<span class="tag (\w+)"><svg.*?</svg>(.*?) · \d+</span>', client.get(DAY).content.decode())
    assert len(tags) >= 3
    for tone, word in tags:
        assert word == {"bad": "Urgent", "warn": "Important", "good": "No hurry"}[tone]


def test_nothing_to_do_says_so(client, agent):
    assert "Nothing to do for now" in text_of(client.get(DAY))


def test_the_day_reads_as_french_for_whoever_reads_french(client, agent, day):
    agent.preferred_language = "fr"
    agent.save()
    words = text_of(client.get(DAY)).replace("\u202f", " ")
    assert "vendredi 20 mars 2026" in words
    assert "1 500 000 GNF" in words.replace("\u00a0", " ")


def test_the_number_of_statements_is_fixed_and_at_most_twelve(client, agent, site):
    counted = []
    client.get(DAY)  # the flag is in the cache from then on
    for more in (1, 60):
        with site_scope([site.code]):
            for _number in range(more):
                make_task(site, agent=agent)
        with CaptureQueriesContext(connection) as sent:
            assert client.get(DAY).status_code == 200
        counted.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    assert counted[0] == counted[1] <= 12


def test_in_all_my_sites_one_chooses_whose_day_it_is(client):
    client.force_login(make_person("aminata", GN_KINDIA="agent", GN_CONAKRY="manager"))
    page = client.get("/ALL/tasks/today/").content.decode()
    assert 'href="/GN_KINDIA/tasks/today/"' in page
    assert 'href="/GN_CONAKRY/tasks/today/"' in page


# --- taps -----------------------------------------------------------------------------------------------


def test_done_with_an_outcome_moves_the_next_one_up_and_can_be_undone(client, day):
    key = str(uuid.uuid4())
    answer = tap(client, day[0], "done", key=key, outcome="promised", rating="4", note="Pays on Monday")
    assert answer["Location"] == f"{DAY}?changed={key}"
    done = row(day[0])
    assert (done.status, done.outcome, done.rating, done.note) == ("done", "promised", 4, "Pays on Monday")
    page = client.get(answer["Location"])
    assert titles(page) == ["Visit 1", "Visit 2", "Visit 3"]
    assert "Promised · Ask Aïssatou Bah (S-102) for the rent of March Undo" in text_of(page)
    assert client.post(f"{URL}undo/", {"key": key, "back": "day"})["Location"] == DAY
    assert row(day[0]).status == "pending"
    page = client.get(DAY)
    assert titles(page)[0] == "Ask Aïssatou Bah (S-102) for the rent of March"
    assert "It is as it was before." in text_of(page)


def test_start_cannot_and_later(client, day):
    assert tap(client, day[0], "start").status_code == 302
    assert row(day[0]).status == "in_progress"
    assert tap(client, day[1], "cannot", why="Nobody has the key").status_code == 302
    assert (row(day[1]).status, row(day[1]).note) == ("blocked", "Nobody has the key")
    offered = re.findall(r'name="when" value="([^"]+)"', client.get(DAY).content.decode())
    assert offered[0] == "2026-03-20T15:00:00+00:00"
    assert tap(client, day[2], "later", when=offered[1]).status_code == 302
    assert row(day[2]).due_at == dt.datetime(2026, 3, 21, 9, 0, tzinfo=dt.UTC)
    assert tap(client, day[3], "later", day="2026-04-01").status_code == 302
    assert row(day[3]).due_at == dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC)


def test_each_of_four_buttons_ends_a_task_in_one_tap(client, day):
    card = client.get(DAY).content.decode().split('data-tap="done"', 1)[1].split("</form>", 1)[0]
    buttons = re.findall(r'name="outcome"\s+value="(\w+)"', card)
    assert buttons == ["succeeded", "promised", "no_answer", "refused"]
    for task, outcome in zip(day, buttons, strict=False):
        assert tap(client, task, "done", outcome=outcome).status_code == 302
        assert (row(task).status, row(task).outcome) == ("done", outcome)


def test_a_promise_keeps_its_day_and_amount_and_is_told_in_a_sentence(client, agent, day):
    promise = {"outcome": "promised", "promised_on": "2026-03-25", "promised_francs": "1 350 000"}
    answer = tap(client, day[0], "done", **promise)
    done = row(day[0])
    assert (done.promised_on, done.promised_francs) == (dt.date(2026, 3, 25), 1_350_000)
    assert "Promised, 1,350,000 GNF on 25 March · Ask Aïssatou Bah" in text_of(client.get(answer["Location"]))
    page = text_of(client.get(f"{URL}{day[0].pk}/"))
    assert "How it ended Promised, 1,350,000 GNF on 25 March" in page
    assert re.search(r"\d\d:\d\d · Ibrahima · \S.*? Promised, 1,350,000 GNF on 25 March", page)
    assert "Promised, 1,350,000 GNF on 25 March" in text_of(client.get(f"/GN_KINDIA/tenants/{day[0].tenant_id}/"))
    # With another outcome a day and an amount were typed by the way.
    assert tap(client, day[1], "done", **promise | {"outcome": "refused"}).status_code == 302
    assert (row(day[1]).outcome, row(day[1]).promised_on, row(day[1]).promised_francs) == ("refused", None, None)


def test_a_usual_reason_is_a_button_and_may_have_more_words(client, day):
    tap(client, day[0], "cannot", reason="wrong_number")
    assert (row(day[0]).status, row(day[0]).note) == ("blocked", "Wrong number")
    tap(client, day[1], "cannot", reason="waiting", why="for the key")
    assert row(day[1]).note == "Waiting for somebody. for the key"


def test_what_is_put_off_leaves_the_day_until_then_and_can_be_brought_back(client, day, monkeypatch):
    tap(client, day[0], "later", day="2026-03-23")
    page = client.get(DAY)
    words = text_of(page)
    assert titles(page) == ["Visit 1", "Visit 2", "Visit 3"]
    assert "the first 3 of 4 tasks · about 6 h" in words
    assert "Put off (1 task) Ask Aïssatou Bah (S-102) for the rent of March back on 23/03/2026, 09:00" in words
    assert "Ask Aïssatou Bah" not in text_of(client.get(f"{URL}round/"))
    detail = text_of(client.get(f"{URL}{day[0].pk}/"))
    assert "Put off until 23/03/2026 00:00" in detail
    assert "Put off until 23/03/2026 09:00" in detail  # its history
    with monkeypatch.context() as on_monday:
        on_monday.setattr(timezone, "now", lambda: dt.datetime(2026, 3, 23, 0, 0, 1, tzinfo=dt.UTC))
        client.force_login(make_person("later", GN_KINDIA="manager"))
        assert titles(client.get(f"{DAY}?agent={row(day[0]).agent_id}"))[0].startswith("Ask Aïssatou Bah")
        client.force_login(row(day[0]).agent)
    assert tap(client, row(day[0]), "resume").status_code == 302
    assert row(day[0]).put_off_until is None
    assert "the first 3 of 5 tasks" in text_of(client.get(DAY))


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (NOW, "This afternoon Tomorrow In 3 days, on Monday 23 March"),
        (NOW.replace(hour=16), "When? Tomorrow In 3 days, on Monday 23 March"),
        (NOW.replace(day=17), "This afternoon Tomorrow In 3 days, on Friday 20 March Next week, on Monday 23 March"),
        (NOW.replace(day=22), "This afternoon Tomorrow In 3 days, on Wednesday 25 March"),
    ],
)
def test_later_means_the_days_that_it_says(client, agent, site, monkeypatch, hour, words):
    monkeypatch.setattr(timezone, "now", lambda: hour)
    client.force_login(agent)  # the session of Friday is over
    with site_scope([site.code]):
        make_task(site, agent=agent)
    card = client.get(DAY).content.decode().split('data-tap="later"', 1)[1].split("</form>", 1)[0]
    assert words in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card))


@pytest.mark.parametrize(
    ("verb", "fields", "field", "sentence"),
    [
        ("done", {}, "How did it end?", "Say how it ended."),
        ("done", {"outcome": "cause_gone"}, "How did it end?", "Select a valid choice."),
        ("done", {"outcome": "succeeded", "rating": "6"}, "How well did it go?", "Select a valid choice."),
        ("done", {"outcome": "promised", "promised_on": "x"}, "Promised for", "Enter a valid date."),
        ("done", {"outcome": "promised", "promised_francs": "many"}, "How much?", "This is not an amount."),
        ("cannot", {"why": " "}, "What is holding it up?", "Say what is holding it up."),
        ("cannot", {"reason": "tired"}, "What is holding it up?", "Select a valid choice."),
        ("later", {}, "When?", "Say when."),
        ("later", {"when": "yesterday"}, "When?", "This is not one of the times offered."),
        ("later", {"day": "2999-01-01"}, "Or on another day", "Give a day up to"),
    ],
)
def test_a_wrong_tap_names_the_field_and_changes_nothing(client, day, verb, fields, field, sentence):
    answer = tap(client, day[0], verb, **fields)
    assert answer.status_code == 400
    words = text_of(answer)
    assert field in words
    assert sentence in words
    assert row(day[0]).version == day[0].version


@pytest.mark.parametrize(
    "when", ["2026-03-19T09:00:00+00:00", "0001-01-01T00:00:00+14:00", "2100-12-31T23:59:59-12:00"]
)
def test_a_moment_that_is_past_or_very_far_is_refused_at_its_field(client, day, when):
    answer = tap(client, day[0], "later", when=when)
    assert answer.status_code == 422
    assert "When?" in text_of(answer)
    assert row(day[0]).due_at == day[0].due_at


def test_the_same_form_sent_twice_changes_once(client, day):
    key = str(uuid.uuid4())
    for _time in range(2):
        assert tap(client, day[0], "done", key=key, outcome="succeeded")["Location"] == f"{DAY}?changed={key}"
    assert row(day[0]).version == day[0].version + 1
    with site_scope(["GN_KINDIA"]):
        assert TaskChange.objects.filter(task=day[0]).count() == 1
    answer = tap(client, day[0], "done", key=key, outcome="refused")
    assert answer.status_code == 409
    assert row(day[0]).outcome == "succeeded"


def test_a_task_that_somebody_else_has_changed_stays_theirs(client, agent, day):
    colleague = make_person("mariama", GN_KINDIA="manager")
    client.force_login(colleague)
    tap(client, day[0], "done", outcome="succeeded")
    client.force_login(agent)
    answer = tap(client, day[0], "cannot", why="Nobody there")
    assert answer.status_code == 409
    assert "Mariama" in text_of(answer)
    assert row(day[0]).status == "done"
    json = client.post(
        f"{URL}{day[0].pk}/cannot/",
        {"key": "k", "version": 1, "why": "Nobody there"},
        headers={"Accept": "application/json"},
    )
    assert json.status_code == 409
    assert json.json()["detail"].startswith("Mariama")


def test_a_script_reads_where_to_go_on_and_the_new_version(client, day):
    answer = client.post(
        f"{URL}{day[0].pk}/start/", {"key": "k-1", "version": 1}, headers={"Accept": "application/json"}
    )
    assert answer.json() == {"next": f"{DAY}?changed=k-1", "version": 2}


def test_a_tap_of_somebody_who_has_left_this_phone_is_not_done_in_anothers_name(client, agent, day):
    assert tap(client, day[0], "start", person=agent.pk + 1).status_code == 409
    assert row(day[0]).status == "pending"
    assert tap(client, day[0], "start", person=agent.pk).status_code == 302


@pytest.mark.parametrize("value", ["\x00", "x" * 200, "٣", "'; --", "\ud800".encode("utf-8", "surrogatepass")])
def test_nothing_one_can_send_breaks_the_pages(client, manager, site, value):
    with site_scope([site.code]):
        task = make_task(site, agent=manager)
    for field in ("key", "version", "why", "person", "back"):
        answer = tap(client, task, "cannot", **({"key": "k", "why": "x"} | {field: value}))
        assert answer.status_code in (302, 400, 409), field
    assert client.post(f"{URL}{task.pk}/wait/", {"needs": value, "address": value}).status_code == 400
    forms = ("take-back/", "given"), ("undo/", "key"), ("give/", "task"), ("give/", "filters"), ("absent/", "agent")
    for path, field in forms:
        assert client.post(URL + path, {field: value}).status_code in (200, 302, 404), path
    for path, field in (("", "q"), ("", "page"), ("today/", "changed"), ("today/", "agent"), ("absent/", "agent")):
        assert client.get(URL + path, {field: value}).status_code in (200, 400, 404), path


@pytest.mark.parametrize(
    ("verb", "fields", "status", "field"),
    [
        ("cannot", {"why": "  "}, 400, "why"),
        ("later", {}, 400, "when"),
        ("later", {"day": "2026-03-01"}, 422, "day"),
        ("done", {"outcome": "promised", "promised_on": "2026-03-19"}, 422, "promised_on"),
        ("done", {"outcome": "promised", "promised_on": "2026-06-21"}, 422, "promised_on"),
        ("done", {"note": "x"}, 400, "outcome"),
    ],
)
def test_what_is_refused_is_told_on_the_day_at_its_field(client, day, verb, fields, status, field):
    answer = tap(client, day[0], verb, back="day", **fields)
    assert answer.status_code == status
    page = answer.content.decode()
    assert "the first 3 of 5 tasks" in text_of(answer)
    if field != "outcome":  # its buttons are never folded
        page = re.search(r'<details class="ask"[^>]* open>.*?</details>', page, re.DOTALL)[0]
        assert f'data-tap="{verb}"' in page
    wrong = re.search(r"<(?:input|textarea|button)[^>]*autofocus[^>]*>", page)[0]
    assert f'name="{field}"' in wrong
    page = answer.content.decode()
    assert "data-worker" not in page  # this page is not kept for when there is no network
    assert "data-off" not in page


def test_what_somebody_else_has_changed_is_told_on_the_day_as_it_is_now(client, agent, day):
    tap(client, day[0], "start")
    answer = tap(client, day[0], "done", outcome="succeeded", version=1, back="day")
    assert answer.status_code == 409
    assert "Nothing was changed. This is the day as it is now." in text_of(answer)


def test_the_address_of_a_tap_opened_as_a_page_is_the_task_s(client, agent, day):
    assert client.get(f"{URL}{day[0].pk}/start/")["Location"] == f"{URL}{day[0].pk}/"
    assert client.get(f"{URL}{day[0].pk}/golf/").status_code == 404
    assert client.get(f"{URL}{uuid.UUID(int=1)}/start/").status_code == 404


# --- what waits for what --------------------------------------------------------------------------------


def test_a_task_waits_for_another_until_one_says_otherwise(client, agent, site):
    with site_scope([site.code]):
        repair, visit = make_task(site, agent=agent, title="Repair"), make_task(site, agent=agent, title="Visit")
    page = client.get(f"{URL}{visit.pk}/").content.decode()
    assert f'<option value="{repair.pk}">Repair</option>' in page
    assert client.post(f"{URL}{visit.pk}/wait/", {"needs": repair.pk}).status_code == 302
    words = text_of(client.get(f"{URL}{visit.pk}/"))
    assert "This task waits for Repair" in words
    assert "These wait for this task Visit" in text_of(client.get(f"{URL}{repair.pk}/"))
    circle = client.post(f"{URL}{repair.pk}/wait/", {"needs": visit.pk})
    assert circle.status_code == 422
    third = make_task_in(site, agent, "Third")
    assert f'<option value="{third.pk}">Third</option>' in client.post(f"{URL}{repair.pk}/wait/").content.decode()
    assert "each would wait for the other" in text_of(circle)
    tap(client, third, "done", outcome="succeeded")
    over = client.post(f"{URL}{visit.pk}/wait/", {"needs": third.pk})
    assert over.status_code == 422
    assert "One of these tasks is over" in text_of(over)
    for _time in range(2):
        client.post(f"{URL}{visit.pk}/wait/", {"no_more": repair.pk})
    with site_scope([site.code]):
        assert not TaskDependency.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"address": "rue 12"}, {"needs": "x"}])
def test_to_wait_for_nothing_that_there_is_says_what_is_missing(client, agent, day, sent):
    answer = client.post(f"{URL}{day[0].pk}/wait/", sent)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode() or "wrong" in answer.content.decode()


def test_a_colleague_s_task_is_named_by_its_address_and_only_by_who_may_see_it(client, agent, site, day):
    with site_scope([site.code]):
        theirs = make_task(site, agent=make_person("fatou", GN_KINDIA="agent"))
    assert 'name="address"' not in client.get(f"{URL}{day[0].pk}/").content.decode()
    answer = client.post(f"{URL}{day[0].pk}/wait/", {"needs": str(theirs.pk)})
    assert "not one of those that you may see" in text_of(answer)
    with site_scope([site.code]):
        assert not TaskDependency.objects.exists()
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    answer = client.post(f"{URL}{day[0].pk}/wait/", {"address": f"http://testserver{URL}{theirs.pk}/"})
    assert answer.status_code == 302
    with site_scope([site.code]):
        assert TaskDependency.objects.get().needs_id == theirs.pk


# --- a site that is offline -----------------------------------------------------------------------------


def test_who_covers_an_offline_site_is_told_so_and_may_be_given_its_tasks(client, site):
    Site.objects.filter(pk=site.code).update(status="offline", failover_site="GN_CONAKRY")
    person = make_person("fatou", GN_CONAKRY="agent")
    client.force_login(person)
    page = client.get("/GN_CONAKRY/tasks/today/")
    assert "You stand in for Kindia Branch while it is offline" in text_of(page)
    assert 'href="/GN_KINDIA/tasks/today/"' in page.content.decode()
    assert 'href="/GN_KINDIA/tasks/"' not in page.content.decode()
    client.force_login(make_person("mariama", GN_CONAKRY="manager"))
    with site_scope([site.code]):
        task = make_task(site, agent=None)
    client.post(f"{URL}give/", {"task": [task.pk], "agent": person.pk})
    assert row(task).agent_id == person.pk
    board = client.get(URL)
    assert "Fatou 1 h 30" in text_of(board)
    idle = make_person("ousmane", GN_CONAKRY="agent")
    assert client.get(f"{DAY}?agent={idle.pk}").status_code == 200
    assert "which are not counted here" in text_of(client.get(f"{URL}absent/?agent={person.pk}"))


# --- who may what ---------------------------------------------------------------------------------------


def test_a_colleagues_task_is_not_found_by_an_agent_and_opens_for_the_manager(client, agent, site):
    colleague = make_person("fatou", GN_KINDIA="agent")
    with site_scope([site.code]):
        task = make_task(site, agent=colleague, title="Visit of Fatou")
    assert client.get(f"{URL}{task.pk}/").status_code == 404
    for verb in ("start", "done", "cannot", "later", "resume", "cancel"):
        assert tap(client, task, verb, outcome="succeeded", why="x", day="2026-04-01").status_code == 404
    assert client.get(f"{DAY}?agent={colleague.pk}").status_code == 404
    assert row(task).version == task.version
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    assert "Visit of Fatou" in text_of(client.get(f"{URL}{task.pk}/"))
    answer = client.get(f"{DAY}?agent={colleague.pk}")
    assert "Fatou, Friday, 20 March 2026" in text_of(answer)
    assert tap(client, task, "start")["Location"].startswith(f"{DAY}?agent={colleague.pk}&changed=")


def test_another_sites_task_is_not_found_by_a_manager(client, manager):
    with site_scope(["GN_CONAKRY"]):
        task = make_task(Site.objects.get(pk="GN_CONAKRY"))
    assert client.get(f"{URL}{task.pk}/").status_code == 404
    assert tap(client, task, "start").status_code == 404
    client.post(f"{URL}give/", {"task": [task.pk], "agent": manager.pk})
    assert row(task).version == task.version


def test_only_a_manager_cancels(client, agent, day):
    assert tap(client, day[0], "cancel", why="Not needed").status_code == 403
    assert row(day[0]).status == "pending"
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    assert tap(client, day[0], "cancel", why="Not needed").status_code == 302
    assert row(day[0]).status == "cancelled"


def test_only_ones_own_change_can_be_undone(client, agent, day):
    key = str(uuid.uuid4())
    tap(client, day[0], "start", key=key)
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    assert client.post(f"{URL}undo/", {"key": key}).status_code == 404
    assert row(day[0]).status == "in_progress"


@pytest.mark.parametrize("asked", ["0", "x", "99999999", "-1", "9" * 30])
def test_the_day_of_nobody_is_not_found(client, manager, asked):
    assert client.get(f"{DAY}?agent={asked}").status_code == 404


def test_an_agent_does_not_see_the_board(client, agent):
    for path in ("", "new/", "absent/"):
        assert client.get(URL + path).status_code == 403


# --- a task ---------------------------------------------------------------------------------------------


def test_a_task_shows_the_parts_of_its_score_what_waits_and_how_it_stood(client, agent, site, day):
    with site_scope([site.code]):
        make_dependency(day[1], day[0])
        TaskPrioritization.objects.create(
            site=site,
            agent=agent,
            day=dt.date(2026, 3, 16),
            task=day[0],
            rank=1,
            score="92.00",
            parts={},
            computed_at=NOW,
        )
    tap(client, day[0], "start")
    words = text_of(client.get(f"{URL}{day[0].pk}/"))
    assert "Why it is ranked here" in words
    for part in ("Urgency", "Impact", "Suitability of the agent", "Tasks that wait for it", "Total"):
        assert part in words
    assert "These wait for this task Visit 1" in words
    assert "No. 1 on Monday, 16 March 2026, with 92 (Ibrahima)" in words
    assert "Ibrahima · Page" in words
    assert "Version" not in words


def test_a_task_takes_a_fixed_number_of_statements(client, agent, site, day):
    client.get(f"{URL}{day[0].pk}/")
    counted = []
    for more in day[1:3], day[3:]:
        with site_scope([site.code]):
            for other in more:
                make_dependency(other, day[0])
        tap(client, row(day[0]), "start" if more == day[1:3] else "resume")
        with CaptureQueriesContext(connection) as sent:
            assert client.get(f"{URL}{day[0].pk}/").status_code == 200
        counted.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    assert counted[0] == counted[1] <= 12


def test_a_task_that_is_over_shows_how_it_ended_and_no_buttons(client, agent, site):
    with site_scope([site.code]):
        task = make_task(site, agent=agent, status="done", outcome="promised", rating=4)
    answer = client.get(f"{URL}{task.pk}/")
    assert "Promised · 4 out of 5" in text_of(answer)
    assert "data-tap" not in answer.content.decode()


def test_a_task_in_all_my_sites_leads_to_its_own_site(client):
    person = make_person("aminata", GN_KINDIA="agent", GN_CONAKRY="manager")
    other = make_person("fatou", GN_KINDIA="agent")
    client.force_login(person)
    with site_scope(["GN_KINDIA"]):
        kindia = Site.objects.get(pk="GN_KINDIA")
        mine, theirs = make_task(kindia, agent=person), make_task(kindia, agent=other)
    assert client.get(f"/ALL/tasks/{mine.pk}/")["Location"] == f"{URL}{mine.pk}/"
    assert client.get(f"/ALL/tasks/{theirs.pk}/").status_code == 404


def test_the_page_of_a_task_tells_the_months_that_are_late_now(client, agent, site):
    with site_scope([site.code]):
        task = late_rent(
            site, agent, facts={"since": "2026-02-05", "periods": ["2026-02-01", "2026-03-01"], "amount": 3}
        )
    assert "Ask Aïssatou Bah (S-102) for the rent of March" in text_of(client.get(f"{URL}{task.pk}/"))
    assert "of February" not in text_of(client.get(f"{URL}{task.pk}/"))


def test_the_page_of_a_task_says_its_place_in_the_day(client, agent, site):
    with site_scope([site.code]):
        stuck = make_task(site, agent=agent, kind="litigation", status="blocked", note="No key")
        other = make_task(site, agent=agent, kind="admin")
    assert "place 1 today" in text_of(client.get(f"{URL}{other.pk}/"))
    assert "place 2 today" in text_of(client.get(f"{URL}{stuck.pk}/"))


# --- the round ------------------------------------------------------------------------------------------


def test_the_round_goes_by_neighbourhood_then_address_and_has_what_one_needs_there(client, agent, site):
    with site_scope([site.code]):
        for place, address in (("Ratoma", "Rue 2"), ("Dixinn", "Rue 9"), ("Dixinn", "Rue 1")):
            home = make_property(site, neighbourhood=place, address=address)
            make_task(site, agent=agent, property=home, title=f"{place} {address}")
        late_rent(site, agent)
        far = make_property(site, neighbourhood="Matam")
        make_task(site, agent=agent, property=far, title="Next month", due_at=NOW + dt.timedelta(days=30))
        make_task(site, agent=agent, title="At the desk")
    words = text_of(client.get(f"{URL}round/"))
    assert "4 visits" in words
    order = [words.index(title) for title in ("Dixinn Rue 1", "Dixinn Rue 9", "Ask Aïssatou Bah", "Ratoma Rue 2")]
    assert order == sorted(order)
    assert "Next month" not in words
    assert "At the desk" not in words
    assert "+224 620 00 00 09" in words
    assert "1,500,000 GNF" in words


def test_one_address_is_one_visit_and_nobody_is_looked_for_where_they_have_left(client, agent, site):
    with site_scope([site.code]):
        home = make_property(site, address="Rue 1")
        for title in ("Check the roof", "Read the meter"):
            make_task(site, agent=agent, property=home, title=title)
        gone = late_rent(site, agent)
        Contract.objects.filter(pk=gone.contract_id).update(status="ended", ended_on=dt.date(2026, 3, 1))
        make_deposit(gone.contract, agreed=3_000_000)
    words = text_of(client.get(f"{URL}round/"))
    assert "1 visit" in words
    assert "Check the roof" in words
    assert "Read the meter" in words
    assert "Aïssatou Bah" not in words
    day = text_of(client.get(DAY))
    assert "The contract ended on 1 March; its deposit of 3,000,000 GNF is still held." in day.replace("\u00a0", " ")


def test_a_day_without_a_visit_says_so(client, agent):
    assert "No visit today" in text_of(client.get(f"{URL}round/"))


# --- without a network ----------------------------------------------------------------------------------


def test_the_worker_is_the_same_for_everybody_and_needs_no_site(client):
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript"
    assert "no-cache" in answer["Cache-Control"]


@pytest.fixture
def flag():
    """The flag of the page without a network; what waffle remembers of it is forgotten when it is changed."""
    found = Flag.objects.get(name="offline_tasks")
    yield found
    found.flush()


def test_outside_the_flag_nothing_is_kept(client, day, flag):
    assert f'data-worker="{DAY}"' in client.get(DAY).content.decode()
    flag.percent = 0
    flag.save()
    flag.flush()
    page = client.get(DAY).content.decode()
    assert "data-worker" not in page
    assert "data-off>" in page


def test_a_colleagues_day_is_not_kept(client, manager, site):
    colleague = make_person("fatou", GN_KINDIA="agent")
    assert "data-worker" not in client.get(f"{DAY}?agent={colleague.pk}").content.decode()


_WRITES = [
    ("done", {"outcome": "promised", "promised_on": "2026-03-25", "promised_francs": "1 350 000"}),
    ("done", {"outcome": "no_answer"}),
    ("cannot", {"reason": "nobody_there"}),
    ("later", {"when": "2026-03-21T09:00:00+00:00"}),
]


@pytest.mark.parametrize(("verb", "fields"), _WRITES)
@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ({"GN_KINDIA": "agent"}, 404),  # a colleague's task
        ({"GN_KINDIA": "manager"}, 302),
        ({"GN_KINDIA": "admin"}, 302),
        ({"SN_DAKAR": "manager"}, 403),  # not of this site
        ({}, 403),
    ],
)
def test_who_may_say_how_a_task_of_the_agents_goes_on(client, day, verb, fields, roles, status):
    before = row(day[0])
    client.force_login(make_person("another", **roles))
    assert tap(client, day[0], verb, **fields).status_code == status
    assert (row(day[0]).version == before.version) is (status != 302)
    if status == 403:
        assert tap(client, day[0], verb, code="SN_DAKAR", **fields).status_code in (403, 404)
        assert row(day[0]).version == before.version


@pytest.mark.parametrize(("verb", "fields"), _WRITES)
def test_a_tap_of_each_kind_sent_twice_changes_once(client, day, verb, fields):
    key = str(uuid.uuid4())
    for _time in range(2):
        assert tap(client, day[0], verb, key=key, **fields).status_code == 302
    assert row(day[0]).version == 2
    assert client.post(f"{URL}undo/", {"key": key, "back": "day"}).status_code == 302
    now = row(day[0])
    assert (now.status, now.outcome, now.promised_on, now.put_off_until) == ("pending", "", None, None)
