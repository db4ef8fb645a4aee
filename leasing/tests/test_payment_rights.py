"""Who may record, reverse and give back, and whose money of the day one sees."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from leasing.models import Payment, PaymentReversal, ReceiptCancellation
from leasing.tests.conftest import NOW
from leasing.tests.factories import make_contract, make_instalments, make_payment, make_reversal
from sites_app.models import Site
from tests.pages import section, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = NOW.date()
RENT = 1_500_000
ROLES = {
    "agent": {"GN_KINDIA": "agent"},
    "manager": {"GN_KINDIA": "manager"},
    "admin": {"GN_KINDIA": "admin"},
    "stranger": {"GN_CONAKRY": "admin"},
    "nobody": {},
}


@pytest.fixture
def lease(kindia):
    lease = make_contract(kindia)
    make_instalments(lease, 15)
    return lease


def signed_in(name, **roles):
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or make_person(name, **roles))
    return client


def pay(client, lease, site="GN_KINDIA", **fields):
    form = {"contract": lease.pk, "amount": "1500000", "method": "cash", "received_on": "2026-03-20"}
    return client.post(f"/{site}/payments/new/", form | {"key": f"form-{lease.pk}", "save": "1"} | fields)


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 302), ("manager", 302), ("admin", 302), ("stranger", 403), ("nobody", 403)]
)
def test_who_may_record_a_payment(lease, role, status):
    assert pay(signed_in("somebody", **ROLES[role]), lease).status_code == status
    assert Payment.objects.count() == (1 if status == 302 else 0)


def test_a_lease_of_another_site_is_not_found(lease, kindia):
    elsewhere = make_contract(Site.objects.get(pk="GN_CONAKRY"))
    assert pay(signed_in("fatoumata", GN_KINDIA="admin"), elsewhere).status_code == 404
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("status", ["maintenance", "offline"])
def test_a_site_that_takes_no_changes_takes_no_payment(lease, status):
    Site.objects.filter(pk="GN_KINDIA").update(status=status, failover_site=None)
    client = signed_in("ibrahima", GN_KINDIA="agent")
    assert pay(client, lease).status_code == 503
    assert client.get(f"/GN_KINDIA/payments/new/?contract={lease.pk}").status_code == 200
    assert Payment.objects.count() == 0


def test_an_agent_who_stands_in_for_an_offline_site_records_there(lease):
    Site.objects.filter(pk="GN_KINDIA").update(status="offline", failover_site="GN_CONAKRY")
    covering = signed_in("ibrahima", GN_CONAKRY="agent")
    answer = pay(covering, lease)
    payment = Payment.objects.get()
    assert (payment.site_id, payment.recorded_by.username) == ("GN_KINDIA", "ibrahima")
    assert "Saved. Undo" in text_of(covering.get(answer["Location"]))


# --- reversing ------------------------------------------------------------------------------------


def reverse(client, payment, **fields):
    return client.post(f"/GN_KINDIA/payments/{payment.pk}/reverse/", {"reason": "Saisi deux fois"} | fields)


def recorded(lease, name="ibrahima", when=NOW, **values):
    """A payment that somebody recorded at a moment."""
    by = User.objects.filter(username=name).first()
    payment = make_payment(lease, received_on=TODAY, recorded_by=by, **values)
    assert payment.recorded_at == when
    return payment


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 422), ("manager", 302), ("admin", 302), ("stranger", 403), ("nobody", 403)]
)
def test_who_may_reverse_what_somebody_else_recorded(lease, role, status):
    payment = recorded(lease)
    client = signed_in("somebody", **ROLES[role])
    assert reverse(client, payment).status_code == status
    assert PaymentReversal.objects.count() == (1 if status == 302 else 0)
    if role == "agent":
        page = client.get(f"/GN_KINDIA/payments/{payment.pk}/reverse/")
        assert "Only who recorded a payment may reverse it, on the same day" in text_of(page)
        assert "/reverse/" not in client.get(f"/GN_KINDIA/payments/{payment.pk}/").content.decode()


def test_another_sites_payment_cannot_be_reversed(kindia):
    payment = make_payment(make_contract(Site.objects.get(pk="GN_CONAKRY")))
    assert reverse(signed_in("fatoumata", GN_KINDIA="admin"), payment).status_code == 404
    assert PaymentReversal.objects.count() == 0


def test_an_agent_reverses_their_own_on_the_same_day_and_not_on_the_next(lease, monkeypatch):
    agent = signed_in("ibrahima", GN_KINDIA="agent")
    first, second = recorded(lease), recorded(lease, amount=5_000)
    assert reverse(agent, first).status_code == 302
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(days=1))
    assert reverse(signed_in("ibrahima"), second).status_code == 422
    assert [reversal.payment for reversal in PaymentReversal.objects.all()] == [first]


def test_a_reversed_payment_says_when_by_whom_and_why_and_cancels_its_receipt(lease):
    agent = signed_in("ibrahima", GN_KINDIA="agent")
    address = pay(agent, lease)["Location"].removesuffix("?saved=1")
    payment = Payment.objects.get()
    assert reverse(agent, payment, reason="").status_code == 400
    assert reverse(agent, payment)["Location"] == address
    page = agent.get(address)
    assert "Reversed: it counts nowhere any more. On 20/03/2026, by Ibrahima: Saisi deux fois" in text_of(page)
    assert "GN_KINDIA-000001 Cancelled" in section(page, "pays")
    assert "wa.me" not in page.content.decode()
    assert ReceiptCancellation.objects.get().receipt.payment == payment
    # Again, and by the page's reload: nothing more.
    assert reverse(agent, payment, reason="Encore")["Location"] == address
    assert agent.get(f"{address}reverse/")["Location"] == address
    assert PaymentReversal.objects.get().reason == "Saisi deux fois"


def test_what_was_just_saved_is_undone_by_one_press(lease):
    agent = signed_in("ibrahima", GN_KINDIA="agent")
    page = agent.get(pay(agent, lease)["Location"]).content.decode()
    undo = re.search(r'action="([^"]+/reverse/)"', page)[1]
    assert agent.post(undo, {"undo": "1"}).status_code == 302
    assert PaymentReversal.objects.get().reason == "Taken back right after it was recorded"


# --- giving back ----------------------------------------------------------------------------------


def give_back(client, lease, **fields):
    form = {"amount": "400 000", "reason": "Rendu", "refunded_on": "2026-03-20", "key": "back"}
    return client.post(f"/GN_KINDIA/contracts/{lease.pk}/refund/", form | fields)


@pytest.mark.parametrize(
    ("role", "status"), [("agent", 403), ("manager", 302), ("admin", 302), ("stranger", 403), ("nobody", 403)]
)
def test_who_may_give_back_what_is_on_account(kindia, role, status):
    lease = make_contract(kindia, status="ended", ended_on=D(2026, 2, 28))
    make_payment(lease, amount=400_000)
    answer = give_back(signed_in("somebody", **ROLES[role]), lease)
    assert answer.status_code == status
    assert Payment.objects.filter(method="refund").count() == (1 if status == 302 else 0)


def test_no_more_is_given_back_than_is_on_account_and_a_form_once(kindia):
    lease = make_contract(kindia, status="ended", ended_on=D(2026, 2, 28))
    make_payment(lease, amount=400_000)
    manager = signed_in("mariama", GN_KINDIA="manager")
    page = f"/GN_KINDIA/contracts/{lease.pk}/refund/"
    assert 'value="400,000"' in manager.get(page).content.decode()
    answer = give_back(manager, lease, amount="400 001")
    assert answer.status_code == 422
    assert "400,000 GNF is on account: no more can be given back." in text_of(answer)
    assert give_back(manager, lease, reason="").status_code == 400
    assert give_back(manager, lease, refunded_on="2026-03-21").status_code == 422
    assert Payment.objects.filter(method="refund").count() == 0
    first = give_back(manager, lease)["Location"]
    assert give_back(manager, lease)["Location"] == first
    assert give_back(manager, lease, amount="5")["Location"] == first.removesuffix("?saved=1")
    assert [p.amount for p in Payment.objects.filter(method="refund")] == [-400_000]
    assert "Nothing is on account" in text_of(manager.get(page))
    assert "Money given back." in text_of(manager.get(first))


def test_another_sites_account_gives_nothing_back(kindia):
    elsewhere = make_contract(Site.objects.get(pk="GN_CONAKRY"))
    make_payment(elsewhere, amount=400_000)
    assert give_back(signed_in("fatoumata", GN_KINDIA="admin"), elsewhere).status_code == 404
    assert Payment.objects.filter(method="refund").count() == 0


# --- the day's money ------------------------------------------------------------------------------

DAY = "/GN_KINDIA/payments/day/"


@pytest.fixture
def a_day(lease):
    """Money of two people on one day, some of it reversed, given back, brought forward, or of another day."""
    for name in ("ibrahima", "salif"):
        make_person(name, GN_KINDIA="agent")
    recorded(lease, amount=100_000)
    recorded(lease, amount=20_000, method="mobile", provider="Orange", external_reference="OM-1")
    recorded(lease, amount=3_000, name="salif")
    make_reversal(recorded(lease, amount=50_000_000))
    recorded(lease, amount=-7_000, method="refund", name="salif")
    recorded(lease, amount=9_000_000, method="opening")
    recorded(lease, amount=9_000_000, method="credit")
    make_payment(lease, amount=800, received_on=D(2026, 3, 19), recorded_by=User.objects.get(username="ibrahima"))
    make_payment(make_contract(Site.objects.get(pk="SN_DAKAR")), amount=41, received_on=TODAY)
    return lease


def rows(page):
    """The payments listed one by one, by their words."""
    listed = re.search(r'<h2 id="rows">.*?</table>', page.content.decode(), re.DOTALL)[0]
    found = re.findall(r"<tr>(.*?)</tr>", listed, re.DOTALL)[1:]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip().replace("\u00a0", " ") for row in found]


def test_an_agent_counts_their_own(a_day):
    page = signed_in("ibrahima").get(DAY)
    box = section(page, "box-GN_KINDIA").replace("\u00a0", " ")
    assert box.endswith("Ibrahima 100,000 GNF 20,000 GNF 2 120,000 GNF")
    assert {row.removeprefix(f"Fatoumata Diallo {a_day.property.code} ") for row in rows(page)} == {
        "Cash Ibrahima 100,000 GNF",
        "Mobile money · Orange OM-1 Ibrahima 20,000 GNF",
        "Cash Reversed: not counted Ibrahima 50,000,000 GNF",
    }


def test_a_manager_counts_everybodys_and_looks_at_one_persons(a_day):
    manager = signed_in("mariama", GN_KINDIA="manager")
    page = manager.get(DAY)
    box = section(page, "box-GN_KINDIA").replace("\u00a0", " ")
    assert "Recorded by Cash Mobile money Refund Payments In all" in box
    assert "Ibrahima 100,000 GNF 20,000 GNF 0 GNF 2 120,000 GNF" in box
    assert "Salif 3,000 GNF 0 GNF −7,000 GNF 2 −4,000 GNF" in box
    assert "In all 103,000 GNF 20,000 GNF −7,000 GNF 4 116,000 GNF" in box
    assert len(rows(page)) == 5
    salif = User.objects.get(username="salif")
    assert f'href="?day=2026-03-20&amp;agent={salif.pk}"' in page.content.decode()
    assert len(rows(manager.get(f"{DAY}?day=2026-03-20&agent={salif.pk}"))) == 2


def test_one_goes_to_the_day_before_and_not_into_the_days_to_come(a_day):
    agent = signed_in("ibrahima")
    today = agent.get(DAY).content.decode()
    assert ('rel="prev" href="?day=2026-03-19"' in today, 'rel="next"' in today) == (True, False)
    before = agent.get(f"{DAY}?day=2026-03-19")
    assert 'rel="next" href="?day=2026-03-20"' in before.content.decode()
    assert [row.rsplit(" Cash ")[-1] for row in rows(before)] == ["Ibrahima typed on 20/03/2026 800 GNF"]
    for odd in ("2027-01-01", "x", "0001-01-01"):
        assert agent.get(f"{DAY}?day={odd}").status_code == 200
    assert "Nothing is recorded as received on this day." in text_of(agent.get(f"{DAY}?day=2026-01-01"))


def test_in_all_my_sites_each_site_has_its_own_sum_and_currency(a_day):
    both = signed_in("mariama", GN_KINDIA="agent", SN_DAKAR="manager")
    page = both.get("/ALL/payments/day/")
    assert "Nobody: imported 41 XOF 1 41 XOF" in section(page, "box-SN_DAKAR").replace("\u00a0", " ")
    # At Kindia she is an agent, and has recorded nothing.
    assert "box-GN_KINDIA" not in page.content.decode()
    (row,) = rows(page)
    assert "· Dakar Regional Headquarters Cash" in row
