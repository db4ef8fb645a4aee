"""The retention page of a tenant: why, what it is worth, since when; who sees it; what is held, what is not wanted."""

import datetime as dt
import re
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from leasing.models import Contract
from leasing.tests.factories import (
    make_contract,
    make_interaction,
    make_notice,
    make_property,
    make_request,
    make_survey,
    make_tenant,
)
from retention.actions import analyse
from retention.holdings import held_about
from retention.listed import current_scores
from retention.models import ContactPreference, ObservedFrom, Offer, RetentionScore, ScoringObjection, SiteFactor
from retention.pages import words
from retention.preferences import set_contact_preference
from retention.standing import standings_of
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.tests.factories import make_task
from tests.pages import section, text_of, words_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
CODE = "GN_KINDIA"
TODAY = D(2026, 3, 20)


@pytest.fixture
def kindia(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC))
    with site_scope([CODE, "GN_CONAKRY"]):
        site = Site.objects.get(pk=CODE)
        ObservedFrom.objects.create(site=site, day=D(2020, 1, 1))
        yield site


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    return client


def rented(site, **values):
    """22 months, with the second anniversary in 61 days."""
    return make_contract(site, **({"start_date": D(2024, 5, 20), "signed_on": None} | values))


def run(day=TODAY):
    analyse(days={CODE: day})
    return list(current_scores([CODE]))


def unhappy(site, **values):
    """Complained, rates well, has brought somebody: 80 − 40 − 14 − 6 + 6 + 5 = 31."""
    contract = rented(site, **values)
    make_request(contract, is_complaint=True, opened_on=D(2026, 3, 1))
    make_survey(contract.tenant, kind="satisfaction", rating=9, answered_on=D(2026, 2, 1))
    make_tenant(site, name="Binta Sow", referred_by=contract.tenant, joined_on=D(2025, 12, 1))
    return contract


DISCOUNT = {"kind": "discount", "share": "0.15", "months": 3, "starting_acceptance": 0.75}


def offered(name, **values):
    of_all = {"days": 30, "approval": "none", "borne_by": "owner", "starting_acceptance": 0.6}
    return Offer.objects.create(key=f"offer-{Offer.objects.count()}", name=name, **(of_all | values))


def page_of(tenant, client, part="", site=CODE):
    return client.get(f"/{site}/retention/tenants/{tenant.pk}/{part}")


def plain(answer):
    return text_of(answer).replace("\u00a0", " ")


def bars_of(answer):
    """Each row of the table of parts: words, and the points."""
    table = re.search(r'<table class="barred">.*?</table>', answer.content.decode(), re.DOTALL)[0]
    return [words_of(row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)][1:]


def test_80_and_the_bars_add_up_to_the_score_and_each_says_the_score_without_it(manager, kindia):
    contract = unhappy(kindia)
    run()
    answer = page_of(contract.tenant, manager)
    bars = bars_of(answer)
    assert bars[0].endswith("80")
    assert [bar.split()[-4:] for bar in bars[1:3]] == [
        ["−40", "without", "it:", "71"],
        ["−14", "without", "it:", "45"],
    ]
    points = [int(re.search(r"([−+]\d+) without it", bar)[1].replace("−", "-")) for bar in bars[1:-1]]
    assert (80 + sum(points), bars[-1]) == (31, "Score 31")
    text = plain(answer)
    assert "Critical" in text
    assert "Year 2 ends in 61 days (20 May 2026)" in text
    assert "01/03/2026 · Plumbing · still open" in text
    assert "01/12/2025 · Binta Sow" in text
    for part in ("contracts", "properties"):
        assert f'href="/{CODE}/{part}/' in answer.content.decode()


def test_what_is_not_known_is_named_with_the_reason(manager, kindia):
    contract = unhappy(kindia)
    run()
    why = plain(page_of(contract.tenant, manager))
    for sentence in (
        "Rent paid ahead · no advance was agreed",
        "Paying later than usual · too few rents to compare",
        "Getting in touch · contacts are not recorded here",
    ):
        assert sentence in why


def test_a_score_that_is_held_at_0_says_by_how_much(manager, kindia):
    contract = rented(kindia, advance_months=3)
    for day in (1, 2):
        make_request(contract, is_complaint=True, opened_on=D(2026, 3, day), closed_on=D(2026, 3, day))
    make_survey(contract.tenant, kind="satisfaction", rating=1, answered_on=D(2026, 2, 1))
    [row] = run()
    parts = {key: int(points) for key, _band, points in row.contributions}
    assert (row.score, sum(parts.values())) == (0, -80)
    bars = bars_of(page_of(contract.tenant, manager))
    assert bars[-2] == "No less than 0, no more than 100 A score ends at 0 and at 100 +4"


def test_what_it_is_worth_with_offers_and_talk_first(manager, kindia):
    Offer.objects.all().delete()
    offered("A call", kind="talk")
    offered("15 % off", level="critical", **DISCOUNT)
    contract = unhappy(kindia)
    [row] = run()
    worth = section(page_of(contract.tenant, manager), "worth-1 home-1").replace("\u00a0", " ")
    assert "2,956,636 GNF" in worth
    assert f"{row.rent_at_stake:,} GNF" in worth
    assert "Twelve rents × probability" in worth
    assert "Talk first" in worth
    assert worth.index("A call") < worth.index("15 % off")
    assert "Costs 675,000 GNF · accepted by 75%, starting assumption" in worth
    assert f"{row.expected_gain:,} GNF" in worth


def test_whoever_owes_is_offered_a_payment_plan(manager, kindia):
    offered("A lower rent", **DISCOUNT)
    contract = unhappy(kindia)
    run()
    RetentionScore.objects.update(profile=RetentionScore.objects.get().profile | {"arrears": 70_000})
    worth = section(page_of(contract.tenant, manager), "worth-1 home-1").replace("\u00a0", " ")
    assert "70,000 GNF are owed: no lower rent is offered" in worth
    assert "A lower rent" not in worth


def test_a_measured_probability_says_what_was_seen_and_expected(manager, kindia):
    SiteFactor.objects.create(
        site=kindia, day=TODAY, since=D(2025, 6, 1), observed=2, expected=0.9, factor=1.08, network_factor=0.874
    )
    contract = unhappy(kindia)
    run()
    text = plain(page_of(contract.tenant, manager))
    assert "Measured: 2 departures seen where 0.9 were expected since 1 June 2025; still mostly assumption" in text


def test_the_score_of_twelve_months_says_what_changed(manager, kindia):
    contract = rented(kindia)
    run(D(2026, 1, 10))
    run(D(2026, 2, 1))
    make_request(contract, is_complaint=True, opened_on=D(2026, 2, 10), closed_on=D(2026, 2, 12))
    run(D(2026, 2, 15))
    run()
    answer = page_of(contract.tenant, manager)
    told = section(answer, "history-1 home-1")
    scores = list(RetentionScore.objects.order_by("valid_from").values_list("valid_from", "score"))
    assert len(scores) == 3
    assert "Anniversary or end of term (−40)" in told
    assert "Complaints (−14)" in told
    assert told.index("15/02/2026") < told.index("01/02/2026")
    assert '<path class="line" d="M' in answer.content.decode()


def test_two_tenancies_stand_one_below_the_other(manager, kindia):
    contract = unhappy(kindia, property=make_property(kindia, code="P-ONE"))
    rented(kindia, tenant=contract.tenant, property=make_property(kindia, code="P-TWO"), start_date=D(2026, 1, 1))
    run()
    text = plain(page_of(contract.tenant, manager))
    assert text.index("P-ONE") < text.index("P-TWO")
    assert text.count("What the score is made of") == 2


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda c: make_notice(c, issued_on=D(2026, 3, 10)), "They gave notice on 10 March 2026"),
        (lambda c: make_notice(c, issued_on=D(2026, 3, 10), kind="eviction"), "They are being put out"),
        (
            lambda c: make_notice(c, issued_on=D(2026, 3, 10), given_by="landlord"),
            "The owner takes the home back: whether they would stay is not asked.",
        ),
        (
            lambda c: ScoringObjection.objects.create(site=c.site, tenant=c.tenant, since=D(2026, 3, 2)),
            "They do not want to be scored, since 2 March 2026.",
        ),
        (lambda c: ObservedFrom.objects.update(day=D(2026, 4, 1)), "on record here from 1 April 2026 only"),
        (lambda c: None, "Not analysed yet: the scores of this site are made each night"),
        (
            lambda c: Contract.objects.filter(pk=c.pk).update(
                status="ended", ended_on=D(2026, 1, 31), end_reason="left"
            ),
            "No contract is in force",
        ),
    ],
)
def test_who_is_not_scored_reads_why(manager, kindia, happens, reason):
    contract = rented(kindia)
    happens(contract)
    text = plain(page_of(contract.tenant, manager))
    assert reason in text
    assert "What the score is made of" not in text


def test_an_applicant_has_no_score_and_the_page_says_that_it_is_a_draft(kindia):
    draft = rented(kindia, status="draft")
    [standing] = standings_of(draft.tenant, D(2030, 1, 1))  # when it is on record
    assert (standing.standing, standing.contract_id) == ("applicant", draft.pk)
    with translation.override("en"):
        assert words.not_scored(standing, None) == "The contract is a draft: they do not rent yet."


def test_statements_and_bytes_are_the_same_for_one_and_for_much(manager, kindia):
    bare, rich = rented(kindia), unhappy(kindia)
    for number in range(40):
        make_request(rich, is_complaint=True, opened_on=D(2026, 1, 1), closed_on=D(2026, 1, 2))
        make_interaction(rich.tenant, direction="in")
        make_tenant(kindia, referred_by=rich.tenant, joined_on=D(2025, 1, 1 + number % 28))
    for back in range(50, -1, -1):
        day = TODAY - dt.timedelta(days=back)
        make_survey(rich.tenant, kind="satisfaction", rating=back % 2 * 9, answered_on=day)
        RetentionScore.objects.filter(valid_to=None).update(score=back, valid_from=day)
        run(day + dt.timedelta(days=1) if back else TODAY)
    counts = {}
    for part in ("", "held/", "objection/", "preferences/"):
        for contract in (bare, rich):
            page_of(contract.tenant, manager, part)
            with CaptureQueriesContext(connection) as queries:
                answer = page_of(contract.tenant, manager, part)
            sent = [q for q in queries if not re.match(r"SAVEPOINT|RELEASE", q["sql"])]
            # Seven before the view and after it, as on every page.
            counts.setdefault(part, []).append(len(sent) - 7)
            assert len(answer.content) <= 60_000
    assert counts == {"": [9, 9], "held/": [6, 6], "objection/": [2, 2], "preferences/": [2, 2]}


def test_an_agent_sees_the_profiles_of_the_tenants_whom_they_work_with(kindia):
    ousmane = make_person("ousmane", GN_KINDIA="agent")
    own, anothers, handed = unhappy(kindia, agent=ousmane), unhappy(kindia), unhappy(kindia)
    make_task(kindia, tenant=handed.tenant, agent=ousmane)
    run()
    agent = Client()
    agent.force_login(ousmane)
    for part in ("", "held/", "objection/", "preferences/"):
        assert [page_of(c.tenant, agent, part).status_code for c in (own, handed, anothers)] == [200, 200, 404]
    told = [text_of(agent.get(f"/{CODE}/tenants/{c.tenant_id}/")) for c in (own, handed, anothers)]
    assert ["Risk of leaving: critical (score 31)" in text for text in told] == [True, True, False]
    assert ["Will they stay?" in text for text in told] == [True, True, False]
    refused = agent.post(f"/{CODE}/retention/tenants/{anothers.tenant_id}/objection/", {"since": "2026-03-20"})
    assert refused.status_code == 404
    assert not ScoringObjection.objects.exists()
    stranger = Client()
    stranger.force_login(make_person("stranger", GN_CONAKRY="manager"))
    assert page_of(own.tenant, stranger, site="GN_CONAKRY").status_code == 404


def test_the_story_of_a_tenant_shows_the_score_and_its_changes_of_level(manager, kindia):
    contract = rented(kindia)
    run(D(2026, 1, 10))
    make_request(contract, is_complaint=True, opened_on=D(2026, 3, 1))
    run()
    story = manager.get(f"/{CODE}/tenants/{contract.tenant_id}/")
    panel = section(story, "retention")
    assert "Critical score 20 year 2 ends in 61 days · 1 complaint in 180 days" in panel
    assert reverse("retention:tenant", args=[contract.tenant_id]) in story.content.decode()
    told = text_of(story)
    assert "Risk of leaving: critical (score 20) before: low" in told
    assert "Risk of leaving: low (score 80)" in told
    manager.post(f"/{CODE}/retention/tenants/{contract.tenant_id}/objection/", {"since": "2026-03-19", "note": "Non"})
    told = text_of(manager.get(f"/{CODE}/tenants/{contract.tenant_id}/"))
    assert "19/03/2026 Does not want to be scored Non" in told
    assert "Risk of leaving" not in told


def test_an_objection_says_what_it_deletes_and_deletes_it(manager, kindia):
    contract = unhappy(kindia)
    run()
    path = f"/{CODE}/retention/tenants/{contract.tenant_id}/objection/"
    assert "1 score, since 20 March 2026, is deleted at once." in plain(manager.get(path))
    late = manager.post(path, {"since": "2026-03-21", "note": ""})
    assert late.status_code == 422
    assert "21/03/2026 is in the future" in text_of(late)
    assert RetentionScore.objects.count() == 1
    done = manager.post(path, {"since": "2026-03-19", "note": "Au téléphone"}, follow=True)
    assert "They do not want to be scored, since 19 March 2026" in plain(done)
    assert not RetentionScore.objects.exists()
    kept = ScoringObjection.objects.get()
    assert (kept.tenant_id, kept.by.username, kept.note) == (contract.tenant_id, "mariama", "Au téléphone")
    assert manager.get(path).status_code == 302


def test_preferences_are_kept_by_channel_with_who_said_when(manager, kindia):
    contract = rented(kindia)
    path = f"/{CODE}/retention/tenants/{contract.tenant_id}/preferences/"
    form = manager.get(path).content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', form) == ["call", "sms", "visit", "office"]
    sent = {"since": "2026-03-19", "channels": ["call", "whatsapp"]}
    assert manager.post(path, sent).status_code == 302
    kept = ContactPreference.objects.order_by("channel").values_list("channel", "allowed", "since", "by__username")
    assert list(kept) == [
        (channel, channel == "whatsapp", D(2026, 3, 19), "mariama")
        for channel in ("office", "sms", "visit", "whatsapp")
    ]
    before = list(ContactPreference.objects.values())
    manager.post(path, sent | {"since": "2026-03-20"})
    assert list(ContactPreference.objects.values()) == before
    assert manager.post(path, sent | {"channels": ["pigeon"]}).status_code == 400
    assert manager.post(path, {"since": "2026-03-21", "channels": []}).status_code == 422
    assert "WhatsApp ✓" in plain(page_of(contract.tenant, manager))


def test_what_is_held_counts_the_rows_of_every_kind_and_says_how_the_score_is_made(manager, kindia):
    contract = unhappy(kindia)
    for day in (3, 7):
        make_interaction(contract.tenant, happened_at=dt.datetime(2026, 3, day, 10, tzinfo=dt.UTC))
    run()
    held = plain(page_of(contract.tenant, manager, "held/"))
    assert "Interactions 2 03/03/2026 – 07/03/2026" in held
    assert "Retention scores 1 20/03/2026" in held
    assert "Complaints · 1 complaint in 180 days (−14)" in held
    assert held.count("to be confirmed by counsel") == 2
    assert "Nothing is decided by it alone" in held
    kinds = {one.model._meta.label: one.n for one in held_about(contract.tenant)}
    assert kinds["leasing.Tenant"] == 1
    assert {"leasing.Contract", "leasing.ServiceRequest", "leasing.Survey", "leasing.ContractEvent"} <= set(kinds)


def test_all_my_sites_is_for_reading(kindia):
    contract = unhappy(kindia)
    run()
    both = Client()
    both.force_login(make_person("both", GN_KINDIA="manager", GN_CONAKRY="manager"))
    assert "Score 31" in text_of(page_of(contract.tenant, both, site="ALL"))
    for part in ("objection/", "preferences/"):
        answer = page_of(contract.tenant, both, part, site="ALL")
        assert answer["Location"] == f"/{CODE}/retention/tenants/{contract.tenant_id}/{part}"


def test_what_to_say_has_the_facts_and_goes_by_whatsapp_where_it_was_opted_into(client, kindia):
    lease = unhappy(kindia)
    run()
    person = make_person("mariama", GN_KINDIA="manager")
    client.force_login(person)
    said = text_of(client.get(f"/{CODE}/retention/tenants/{lease.tenant_id}/"))
    assert "What to say" in said
    assert "Do not promise:" in said
    assert "is opted into" in said or "No phone number is on record." in said
    lease.tenant.phone = "+224620000001"
    lease.tenant.save()
    set_contact_preference(tenant=lease.tenant, channel="whatsapp", allowed=True, since=TODAY, by=person, today=TODAY)
    page = client.get(f"/{CODE}/retention/tenants/{lease.tenant_id}/").content.decode()
    [link] = re.findall(r'href="(https://wa\.me/224620000001\?text=[^"]+)"', page)
    assert unquote(link).endswith("Qu’est-ce qui vous ferait rester ?")
    assert "Mariama" in unquote(link)
