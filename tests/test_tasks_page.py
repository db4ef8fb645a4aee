"""The agent's day in a real browser: taps, without JavaScript, without a network, on the smallest phone."""

import datetime as dt
import gzip
import re
import uuid

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Error

from accounts.tests.factories import PASSWORD, make_user
from leasing.tests.factories import make_contract, make_instalment, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import finish_task
from tasks.generation import generate_tasks
from tasks.models import Task, TaskChange
from tasks.tests.factories import make_task
from tests.browser import PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
CODE = "GN_KINDIA"
DAY = f"/{CODE}/tasks/today/"


@pytest.fixture
def people():
    """An agent with five visits in order, one of them with a tenant and a home, and a manager."""
    agent = make_user("ibrahima", full_name="Ibrahima Bangoura", preferred_language="fr")
    manager = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    Membership.objects.create(user=agent, site_id=CODE, role="agent", is_primary=True)
    Membership.objects.create(user=manager, site_id=CODE, role="manager", is_primary=True)
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        tenant = make_tenant(site, name="Aïssatou Bah", phone="+224620000009")
        contract = make_contract(site, tenant=tenant, property=make_property(site, code="S-102"))
        of_a_tenant = {"tenant": tenant, "contract": contract, "property": contract.property}
        for number in range(1, 6):
            make_task(
                site,
                agent=agent,
                title=f"Visite {number}",
                due_at=timezone.now() + dt.timedelta(hours=36 * number - 37),
                **(of_a_tenant if number == 1 else {}),
            )
    return agent, manager


@pytest.fixture
def offline_page(chromium):
    """A phone that can lose its network. What the browser says on its console about that is no fault of the page."""
    context = chromium.new_context(viewport=PHONE, locale="fr-FR")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def task(title):
    with site_scope([CODE]):
        return Task.objects.get(title=title)


def titles(page):
    return page.locator(".task h2 a").all_inner_texts()


def card(page, title):
    return page.locator("article.task", has=page.locator("h2 a", has_text=title))


def answer(page, title, verb, outcome="", **fields):
    """Make a tap: press its button, open its fold first where it has one, fill in what there is to say."""
    here = card(page, title)
    form = here.locator(f"form[data-tap={verb}]").first
    if verb in ("cannot", "later"):
        here.locator("details", has=page.locator(f"form[data-tap={verb}]")).locator("summary").click()
    elif "note" in fields:
        form.locator("summary").click()
    if "day" in fields:
        form = here.locator("form[data-tap=later]").last
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator(f"button[value={outcome}]" if outcome else "button").last.click()


def test_start_done_cannot_later_undo_and_the_next_one_moves_up(page, live_server, people):
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.click("nav.nav a[href$='/tasks/today/']")
    page.wait_for_url(f"**{DAY}")
    assert titles(page) == ["Visite 1", "Visite 2", "Visite 3"]
    assert card(page, "Visite 1").locator("a[href='tel:+224620000009']").is_visible()

    answer(page, "Visite 1", "start")
    page.wait_for_url("**changed=*")
    assert task("Visite 1").status == "in_progress"
    assert card(page, "Visite 1").locator("form[data-tap=start]").count() == 0

    answer(page, "Visite 1", "done", outcome="promised", note="Paie lundi")
    card(page, "Visite 4").wait_for()
    assert page.locator(".undo", has_text="Visite 1").is_visible()
    assert (task("Visite 1").status, task("Visite 1").outcome) == ("done", "promised")
    assert titles(page) == ["Visite 2", "Visite 3", "Visite 4"]
    page.reload()
    assert titles(page) == ["Visite 2", "Visite 3", "Visite 4"]

    page.click(".undo button")
    page.wait_for_url(f"**{DAY}")
    assert titles(page) == ["Visite 1", "Visite 2", "Visite 3"]

    answer(page, "Visite 2", "cannot", why="Personne n’a la clé")
    page.locator(".undo", has_text="Visite 2").wait_for()
    assert (task("Visite 2").status, task("Visite 2").note) == ("blocked", "Personne n’a la clé")

    due = task("Visite 3").due_at
    answer(page, "Visite 3", "later", day=str((timezone.now() + dt.timedelta(days=40)).date()))
    page.locator(".undo", has_text="Visite 3").wait_for()
    assert task("Visite 3").due_at > due + dt.timedelta(days=30)


def test_all_of_it_works_without_javascript(open_page, live_server, people):
    page = open_page(java_script_enabled=False, viewport=PHONE)
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    answer(page, "Visite 1", "done", outcome="succeeded")
    page.wait_for_url("**changed=*")
    assert task("Visite 1").status == "done"
    assert titles(page)[0] == "Visite 2"
    page.click(".undo button")
    page.wait_for_url(f"**{DAY}")
    assert titles(page)[0] == "Visite 1"
    page.click("details.rest summary")
    page.click("details.rest >> text=Visite 5")
    assert page.get_by_role("heading", level=1).inner_text() == "Visite 5"


@pytest.fixture
def debt(people):
    """A rent of the agent's that is late by ten days and more, with its task, before everything else."""
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        lease = make_contract(
            site,
            agent=people[0],
            tenant=make_tenant(site, name="Mamadou Barry", phone="+224620000010"),
            property=make_property(site, code="S-200"),
            start_date=site.today().replace(day=1) - dt.timedelta(days=31),
        )
        make_instalment(lease, site.today(), due_date=site.today() - dt.timedelta(days=25))
        generate_tasks(site=site, today=site.today())
    return lease


@pytest.mark.parametrize("scripted", [True, False])
def test_from_the_card_to_the_receipt_are_three_taps_and_back_the_day_has_moved(
    open_page, live_server, people, debt, scripted
):
    page = open_page(viewport=PHONE, java_script_enabled=scripted, locale="fr-FR")
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    card(page, "Mamadou Barry").locator(".acts a.main").first.click()
    page.wait_for_url("**/payments/new/**")
    page.fill("#id_external_reference", "Carnet 12")
    page.locator("button[name=save]").click()
    page.wait_for_url("**saved=1**")
    assert "000001" in page.locator("main").inner_text()
    with site_scope([CODE]):
        over = Task.objects.get(contract=debt)
    assert (over.status, over.outcome) == ("done", "cause_gone")
    page.locator(f"main .acts a[href='{DAY}']").click()
    page.wait_for_url(f"**{DAY}")
    assert not any("Mamadou Barry" in title for title in titles(page))


@pytest.mark.parametrize("scripted", [True, False])
def test_promised_for_a_day_and_later_in_one_tap_are_undone(open_page, live_server, people, debt, scripted):
    page = open_page(viewport=SMALLEST, java_script_enabled=scripted, locale="fr-FR")
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    here = card(page, "Mamadou Barry")
    here.locator("summary", has=page.locator("use[href$='#calendar']")).click()
    day = timezone.now().date() + dt.timedelta(days=5)
    here.locator("[name=promised_on]").fill(day.isoformat())
    assert here.locator("[name=promised_francs]").input_value() != ""
    here.locator("[name=promised_francs]").fill("1 350 000")
    here.locator("[name=promised_francs]").press("Enter")  # the form's own button, and no other outcome
    page.wait_for_url("**changed=*")
    with site_scope([CODE]):
        kept = Task.objects.get(contract=debt)
    assert (kept.outcome, kept.promised_on, kept.promised_francs) == ("promised", day, 1_350_000)
    page.click(".undo button")
    page.wait_for_url(f"**{DAY}")
    here = card(page, "Mamadou Barry")
    here.locator("details", has=page.locator("form[data-tap=later]")).locator("summary").click()
    here.locator("form[data-tap=later] button[name=when]").last.click()
    page.wait_for_url("**changed=*")
    assert not any("Mamadou Barry" in title for title in titles(page))
    page.locator("details.rest", has_text="Mamadou Barry").locator("summary").click()
    assert page.locator("details.rest a", has_text="Mamadou Barry").is_visible()
    page.click(".undo button")
    page.wait_for_url(f"**{DAY}")
    assert "Mamadou Barry" in titles(page)[0]


def test_without_a_network_the_day_opens_taps_wait_and_a_conflict_is_told(offline_page, live_server, people):
    agent, manager = people
    page = offline_page
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(() => caches.has('day-' + document.body.dataset.person))"
    )
    page.wait_for_function("navigator.serviceWorker.controller")
    page.wait_for_function(f"caches.match('{DAY}')")
    page.wait_for_timeout(300)

    page.context.set_offline(True)
    page.goto(live_server.url + DAY)
    stale = page.locator("[data-stale]")
    assert stale.is_visible()
    assert re.search(r"\d\d:\d\d", stale.inner_text())
    assert titles(page) == ["Visite 1", "Visite 2", "Visite 3"]

    answer(page, "Visite 1", "start")
    answer(page, "Visite 1", "done", outcome="succeeded")
    answer(page, "Visite 2", "cannot", why="Personne n’a la clé")
    answer(page, "Visite 3", "done", outcome="refused")
    card(page, "Visite 3").locator("[data-take-back]").click()
    assert card(page, "Visite 3").locator("form[data-tap=start] button").is_visible()
    assert not card(page, "Visite 1").locator("[data-acts]").is_visible()
    assert page.locator("[data-count]").inner_text() == "3"
    assert task("Visite 1").version == 1
    page.goto(live_server.url + DAY)
    assert page.locator("[data-count]").inner_text() == "3"

    with site_scope([CODE]):
        finish_task(
            task_id=task("Visite 2").pk,
            by=manager,
            now=timezone.now(),
            key=str(uuid.uuid4()),
            outcome="succeeded",
        )
    page.context.set_offline(False)
    page.locator("[data-told] .warning").wait_for()
    told = page.locator("[data-told]").inner_text()
    assert "Visite 1" in told
    assert "Mariama Bah" in told
    assert (task("Visite 1").status, task("Visite 2").status, task("Visite 3").status) == ("done", "done", "pending")
    assert not page.locator("[data-waiting]").is_visible()
    with site_scope([CODE]):
        assert TaskChange.objects.filter(by=agent).count() == 2
    assert titles(page)[0] == "Visite 3"


def test_the_kept_day_is_not_for_the_next_person_on_this_phone(offline_page, live_server, people):
    page = offline_page
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.wait_for_function(f"caches.match('{DAY}')")
    page.click("details.menu summary")
    page.click("details.menu form button")
    page.wait_for_url("**/accounts/login/**")
    page.wait_for_function("caches.keys().then((all) => all.length === 0)")


def test_a_tap_after_the_sessions_end_is_kept_and_sent_by_who_signs_in_again(offline_page, live_server, people):
    page = offline_page
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    answer(page, "Visite 1", "start")
    page.locator("[data-signed-out]").wait_for()
    assert task("Visite 1").status == "pending"
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.locator("[data-told] .note", has_text="Visite 1").wait_for()
    assert task("Visite 1").status == "in_progress"


def test_a_copy_of_more_than_a_week_is_not_shown_but_its_files_may_be_as_old(offline_page, live_server, people):
    page = offline_page
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.wait_for_function(f"caches.match('{DAY}')")
    page.wait_for_function("navigator.serviceWorker.ready")
    page.reload()  # from now on the worker answers

    def kept_for(days, names):
        page.evaluate(
            """async ([days, names]) => {
                const cache = await caches.open((await caches.keys()).find((name) => name.startsWith("day-")));
                for (const request of await cache.keys()) {
                    if (!names.some((name) => request.url.includes(name))) continue;
                    const answer = await cache.match(request);
                    const headers = new Headers(answer.headers);
                    headers.set("Date", new Date(Date.now() - days * 86400000).toUTCString());
                    await cache.put(request, new Response(await answer.blob(), { headers }));
                }
            }""",
            [days, names],
        )

    kept_for(30, ["/static/"])
    page.context.set_offline(True)
    page.goto(live_server.url + DAY)
    assert page.locator("[data-stale]").is_visible()
    kept_for(8, ["/tasks/today/"])
    with pytest.raises(Error):
        page.goto(live_server.url + DAY)


def test_the_days_of_two_sites_are_kept_and_forgotten_with_the_right_to_see_them(offline_page, live_server, people):
    agent = people[0]
    Membership.objects.create(user=agent, site_id="GN_LABE", role="agent")
    page = offline_page
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    for code in (CODE, "GN_LABE"):
        day = f"/{code}/tasks/today/"
        page.goto(live_server.url + day)
        page.wait_for_function(f"caches.match('{day}')")
        page.wait_for_function("navigator.serviceWorker.ready")
    assert page.evaluate(f"caches.match('{DAY}').then((found) => !!found)")
    Membership.objects.filter(user=agent, site_id=CODE).delete()
    page.goto(live_server.url + DAY)
    page.wait_for_function(f"caches.match('{DAY}').then((found) => !found)")
    assert page.evaluate("caches.match('/GN_LABE/tasks/today/').then((found) => !!found)")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_manager_finds_sorts_and_gives_tasks_away_on_a_phone(open_page, live_server, people, scripted):
    page = open_page(viewport=SMALLEST, java_script_enabled=scripted)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/{CODE}/tasks/")
    page.fill("#id_q", "visite")
    page.click("#list .fold > summary")
    page.select_option("#sort", "-task")
    page.select_option("#id_agent", str(people[0].pk))
    page.click("#list form[role=search] button")
    page.wait_for_url("**sort=-task#list")
    assert page.locator("#list th a").all_inner_texts()[-5:] == [f"Visite {number}" for number in (5, 4, 3, 2, 1)]
    for title in ("Visite 4", "Visite 2"):
        page.get_by_role("checkbox", name=title).check()
    page.select_option("#give-to", str(people[1].pk))
    page.click(".give button")
    page.wait_for_url("**given=**")
    assert "sort=-task" in page.url
    assert [task(f"Visite {number}").agent == people[1] for number in range(1, 6)] == [False, True, False, True, False]
    assert sideways(page) == 0
    page.click(".chip >> text=visite")
    page.wait_for_url(f"**/tasks/?agent={people[0].pk}&sort=-task#list")


# What is legible in one language is so in every language: colours are looked at in French, in the light and the dark.
@pytest.mark.parametrize(("scheme", "languages"), [("light", LANGUAGES), ("dark", ["fr"])])
def test_the_pages_are_accessible_and_fit_the_smallest_phone_in_every_language(
    open_page, live_server, people, debt, scheme, languages
):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    with site_scope([CODE]):
        Task.objects.filter(title="Visite 2").update(status="blocked", note="Personne n’a la clé")
        of_the_debt = Task.objects.get(contract=debt).pk
        gone = make_contract(Site.objects.get(pk=CODE), status="ended", ended_on=dt.date(2026, 1, 31))
        make_instalment(gone, dt.date(2026, 1, 1))
    of_the_agent = f"{DAY}?agent={people[0].pk}"
    for code in languages:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        for address in (
            of_the_agent,
            f"/{CODE}/tasks/{task('Visite 1').pk}/",
            f"/{CODE}/tasks/{of_the_debt}/",
            f"/{CODE}/arrears/",
            f"/{CODE}/tasks/",
            f"/{CODE}/tasks/absent/?agent={people[0].pk}",
            f"/{CODE}/tasks/new/",
            f"/{CODE}/tasks/round/?agent={people[0].pk}",
        ):
            page.goto(live_server.url + address)
            page.eval_on_selector_all(
                "main details", "all => all.forEach(one => { one.removeAttribute('name'); one.open = true })"
            )
            assert page.locator("html").get_attribute("lang") == code
            assert sideways(page) == 0, (code, address)
            assert axe_violations(page, colours=code == "fr") == [], (code, address)


def test_what_one_touches_is_at_least_44_pixels_high(open_page, live_server, people, debt):
    page = open_page(viewport=SMALLEST)
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(live_server.url + DAY)
    page.eval_on_selector_all(
        "main details", "all => all.forEach(one => { one.removeAttribute('name'); one.open = true })"
    )
    heights = page.eval_on_selector_all(
        "main :is(a.button, button, summary, select, textarea, input[type=date], label:has(input))",
        "found => found.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert len(heights) >= 3 * 15
    assert min(heights) >= 44


def test_a_first_visit_weighs_at_most_40_kilobytes(open_page, live_server, people):
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        for _number in range(200):
            make_task(site, agent=people[0])
        for _number in range(3):
            lease = make_contract(site, agent=people[0])
            make_instalment(lease, site.today(), due_date=site.today() - dt.timedelta(days=25))
        generate_tasks(site=site, today=site.today())
    page = open_page()
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    loaded = open_page(storage_state=page.context.storage_state())
    answers = []
    loaded.context.on("response", lambda response: answers.append(response))
    loaded.goto(live_server.url + DAY, wait_until="networkidle")
    weights = {}
    for answer_of in answers:
        # The worker asks once more for what it keeps, and is told that nothing has changed.
        weight = len(gzip.compress(answer_of.body()))
        weights[answer_of.url] = max(weight, weights.get(answer_of.url, 0))
    total = sum(weights.values())
    assert len(weights) >= 5
    assert min(weights.values()) > 100
    assert loaded.locator("article.task a[href*='/payments/new/']").count() == 3
    assert total < 40_000


def test_the_round_prints_without_the_frame_and_with_room_for_notes(page, live_server, people):
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(f"{live_server.url}/{CODE}/tasks/round/")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.get_by_text("Visite 1").is_visible()
    assert page.locator("td.room").first.bounding_box()["width"] > 100
