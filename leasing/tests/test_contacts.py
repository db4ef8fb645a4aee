"""A contact in one tap: noted once, described, taken back, and by nobody who may not."""

import datetime as dt
import re
import uuid
from urllib.parse import parse_qs, urlparse

import pytest
from django.utils import timezone

from changes.refusals import RuleBroken
from leasing.actions import describe_contact, record_interaction, take_back_contact
from leasing.models import Interaction
from leasing.tests.factories import make_contract, make_instalment, make_interaction, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def kindia(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        yield Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def tenant(kindia):
    return make_tenant(kindia, name="Aïssatou Bah")


@pytest.fixture
def agent(client):
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    return client


def address_of(tenant):
    return f"/GN_KINDIA/tenants/{tenant.pk}/"


def tap(client, tenant, channel="call", key="one"):
    return client.post(f"{address_of(tenant)}contact/", {"channel": channel, "key": key})


def test_one_tap_notes_it_and_the_page_says_so_with_the_way_back(agent, tenant):
    answer = tap(agent, tenant, "visit")
    noted = Interaction.objects.get()
    assert (noted.channel, noted.direction, noted.agent.username, noted.happened_at) == ("visit", "out", "awa", NOW)
    assert answer["Location"] == f"{address_of(tenant)}?contact={noted.pk}"
    page = agent.get(answer["Location"])
    assert "Contact noted: Visit." in text_of(page)
    assert f"/GN_KINDIA/contacts/{noted.pk}/undo/" in page.content.decode()
    assert "Visit · To the tenant" in text_of(page)


def test_the_same_form_twice_is_one_contact_and_another_button_another(agent, tenant):
    first, again, other = tap(agent, tenant), tap(agent, tenant), tap(agent, tenant, "sms")
    assert first["Location"] == again["Location"] != other["Location"]
    assert sorted(Interaction.objects.values_list("channel", flat=True)) == ["call", "sms"]


def test_one_key_of_two_people_or_for_two_tenants_is_two_contacts(agent, tenant, kindia):
    tap(agent, tenant)
    tap(agent, make_tenant(kindia))
    agent.force_login(make_person("ousmane", GN_KINDIA="agent"))
    tap(agent, tenant)
    assert Interaction.objects.count() == 3


def test_a_note_is_added_and_who_began_and_what_is_too_long_is_kept_in_the_form(agent, tenant):
    tap(agent, tenant)
    noted = Interaction.objects.get()
    address = f"/GN_KINDIA/contacts/{noted.pk}/note/"
    too_long = agent.post(address, {"note": "é" * 2001})
    assert too_long.status_code == 400
    assert "é" * 2001 in too_long.content.decode()
    saved = agent.post(address, {"note": "Paie vendredi", "is_inbound": "on"})
    assert saved["Location"] == address_of(tenant)
    noted.refresh_from_db()
    assert (noted.note, noted.direction, noted.channel) == ("Paie vendredi", "in", "call")
    assert "Call · From the tenant Awa · Paie vendredi" in text_of(agent.get(address_of(tenant)))


def test_undo_takes_it_away(agent, tenant):
    tap(agent, tenant)
    answer = agent.post(f"/GN_KINDIA/contacts/{Interaction.objects.get().pk}/undo/", follow=True)
    assert not Interaction.objects.exists()
    assert "It is as it was before." in text_of(answer)
    assert "Nothing is recorded yet." in text_of(answer)


def test_a_colleagues_contact_and_an_old_one_stay_as_they_are(agent, tenant):
    make_interaction(tenant, agent=make_person("ousmane", GN_KINDIA="agent"), happened_at=NOW, note="Hers")
    own = make_interaction(tenant, agent_id=agent.session["_auth_user_id"], happened_at=NOW - dt.timedelta(days=2))
    for contact in Interaction.objects.all():
        for verb in ("note", "undo"):
            answer = agent.post(f"/GN_KINDIA/contacts/{contact.pk}/{verb}/", {"note": "Mine"}, follow=True)
            assert "it stays as it is" in text_of(answer)
    assert sorted(Interaction.objects.values_list("note", flat=True)) == ["", "Hers"]
    page = agent.get(f"{address_of(tenant)}?contact={own.pk}")
    assert "Contact noted" not in text_of(page)
    for odd in ("x", str(uuid.uuid4()), ""):
        assert agent.get(f"{address_of(tenant)}?contact={odd}").status_code == 200


def test_the_actions_refuse_by_themselves_and_change_nothing(tenant):
    contact = record_interaction(tenant=tenant, channel="call", happened_at=NOW, by=None, today=NOW.date(), key="k")
    someone = make_person("mariama", GN_KINDIA="manager")
    with pytest.raises(RuleBroken) as of_another:
        describe_contact(contact=contact, note="x", direction="in", by=someone, now=NOW)
    with pytest.raises(RuleBroken) as of_nobody:
        take_back_contact(contact=contact, by=None, now=NOW)
    with site_scope(["GN_CONAKRY"]), pytest.raises(RuleBroken) as elsewhere:
        take_back_contact(contact=contact, by=someone, now=NOW)
    rules = [refused.value.rule for refused in (of_another, of_nobody, elsewhere)]
    assert rules == ["contact_own", "contact_own", "same_site"]
    assert Interaction.objects.get() == contact


def test_what_is_no_channel_or_has_no_key_is_refused(agent, tenant):
    for sent in ({"channel": "smoke", "key": "k"}, {"channel": "call"}, {"channel": "call", "key": "k" * 81}, {}):
        assert agent.post(f"{address_of(tenant)}contact/", sent).status_code == 400
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("name", "site", "role", "status"),
    [
        ("awa", "GN_KINDIA", "agent", 302),
        ("mariama", "GN_KINDIA", "manager", 302),
        ("fanta", "GN_KINDIA", "admin", 302),
        ("stranger", "GN_CONAKRY", "admin", 403),
    ],
)
def test_who_may_note_one(client, tenant, name, site, role, status):
    client.force_login(make_person(name, **{site: role}))
    assert tap(client, tenant).status_code == status
    assert Interaction.objects.count() == (status == 302)


def test_another_sites_tenant_and_contact_are_like_none_and_all_sites_is_for_reading(client, tenant):
    contact = make_interaction(tenant, happened_at=NOW)
    client.force_login(make_person("both", GN_KINDIA="manager", GN_CONAKRY="manager"))
    for path in (f"tenants/{tenant.pk}/contact/", f"contacts/{contact.pk}/note/", f"contacts/{contact.pk}/undo/"):
        sent = {"channel": "call", "key": "k", "note": "Mine"}
        assert client.post(f"/GN_CONAKRY/{path}", sent).status_code == 404
        assert client.post(f"/ALL/{path}", sent).status_code == 403
        assert client.get(f"/GN_KINDIA/{path}").status_code == 405
    assert Interaction.objects.get().note == contact.note
    assert "Note a contact" not in text_of(client.get(f"/ALL/tenants/{tenant.pk}/"))


def test_the_buttons_weigh_about_a_kilobyte(agent, tenant):
    page = agent.get(address_of(tenant)).content.decode()
    form = re.search(r'<form class="stack noprint".*?</form>', page, re.DOTALL)[0]
    assert len(re.findall('name="channel"', form)) == 4
    assert len(form.encode()) <= 1400


def test_the_link_to_whatsapp_has_the_words_filled_in(agent, kindia):
    tenant = make_tenant(kindia, name="Aïssatou Bah", language="en", phone_2="+224620000009")
    contract = make_contract(kindia, tenant=tenant)
    for month in (1, 2, 3):
        make_instalment(contract, dt.date(2026, month, 1))
    page = agent.get(address_of(tenant)).content.decode()
    links = [urlparse(link) for link in re.findall(r'href="(https://wa.me/[^"]+)"', page)]
    assert [link.path for link in links] == ["/224620000002", "/224620000009"]
    said = parse_qs(links[0].query)["text"][0].replace("\u00a0", " ")
    assert said == (
        "Hello Aïssatou Bah, this is your rental agency, Kindia Branch. 4,500,000 GNF are due (January 2026, February"
        " 2026, March 2026). Please pay, or tell us when you can. Thank you."
    )
