"""What a stranger, a clerk or an administrator can send: no fault of ours, no HTML to a program, nothing changed.

Every form, parameter and filter that the URL resolver leads to gets what nobody of good will sends (tests/hostile).
AKIG_HOSTILE_REQUESTS sets how many requests are made; 20 000 take about ten minutes. AKIG_HOSTILE_SEED makes others,
AKIG_HOSTILE_LOG names a file for what came of them.
"""

import os
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.throttling import UserRateThrottle

from accounts.actions import issue_token
from accounts.models import User
from akig.readable import Utf8Handler
from outbox.models import Job
from sites_app.models import Flag, RegionalRule, Site, SiteClosingDay
from sites_app.scope import site_scope
from tests.any_row import any_row
from tests.hostile.sending import Attack
from tests.hostile.targets import HOME, administration, calls, pages, targets_on
from tests.people import make_person

LOG = os.environ.get("AKIG_HOSTILE_LOG")
REQUESTS = int(os.environ.get("AKIG_HOSTILE_REQUESTS", "300"))
SEED = int(os.environ.get("AKIG_HOSTILE_SEED", "11"))
SHARES = {"query": 45, "form": 33, "json": 12, "upload": 10}
ROLES = ("superuser", "admin", "manager", "agent", "stranger", "nobody")

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def people(lasting):
    """An agent, a manager and an administrator of HOME, a superuser, an administrator of elsewhere."""
    found = {role: make_person(f"hostile-{role}", **{HOME: role}) for role in ("agent", "manager", "admin")}
    found["stranger"] = make_person("hostile-stranger", GN_KINDIA="admin")
    found["superuser"] = User.objects.create(username="hostile-super", is_superuser=True, is_staff=True)
    return found


@pytest.fixture(scope="module")
def cookies(people):
    kept = {"nobody": Client().cookies}
    for role, person in people.items():
        client = Client()
        client.force_login(person)
        kept[role] = client.cookies
    return kept


@pytest.fixture(scope="module")
def rows(people):
    """The id of a row of each table in the administration, by its model's label."""
    now = timezone.now()
    AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", failures_since_start=1, path_info="/")
    AccessLog.objects.create(username="x", ip_address="192.0.2.1", path_info="/")
    token, _raw = issue_token(user=people["superuser"], name="hostile", days=1, now=now)
    SiteClosingDay.objects.create(site_id=HOME, day="2026-12-24", reason="x")
    Flag.objects.get_or_create(name="hostile")
    Job.objects.create(key="hostile", name="hostile", site_code=HOME)
    found = {"accounts.ApiToken": str(token.pk)}
    with site_scope([HOME]):
        for model, table in admin.site._registry.items():
            if getattr(table, "site_path", None) == "site" and model is not RegionalRule:
                row = model.objects.first() or any_row(model, HOME)
            else:
                row = model._base_manager.first()
            if row is not None:
                found.setdefault(model._meta.label, str(row.pk))
        found["sites_app.Site"] = HOME
    return found


@pytest.fixture(scope="module")
def targets(rows, people, cookies):
    """What can be asked, each once."""
    references = {
        "contractId": rows["leasing.Contract"],
        "agent_id": str(people["agent"].pk),
        "agentId": str(people["agent"].pk),
    }
    found = [*pages(rows), *administration(rows), *calls(rows, references)]
    client = Client(raise_request_exception=False)
    client.cookies = cookies["superuser"]
    for path in dict.fromkeys(target.path for target in found if target.kind == "query" and target.method == "GET"):
        page = client.get(path)
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            found += targets_on(path, page.content.decode())
    return list({target.same_as: target for target in found}.values())


@pytest.fixture(autouse=True)
def unhindered(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": None})
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("django.test.client.WSGIRequest", Utf8Handler.request_class)
    cache.clear()


def test_whatever_is_sent_is_answered_in_words_and_changes_nothing(targets, cookies):
    attack = Attack(SEED, cookies)
    # Shuffled, so that a short run sees something of everything; many forms do not crowd out the few calls.
    shuffled = attack.dice.sample(targets, len(targets))
    turns = {kind: cycle([one for one in shuffled if one.kind == kind]) for kind in SHARES}
    for number in range(REQUESTS):
        kind = attack.dice.choices(list(SHARES), list(SHARES.values()))[0]
        role = ROLES[0] if attack.dice.random() < 0.4 else attack.dice.choice(ROLES)
        attack.send(next(turns[kind]), role)
        if LOG and number % 500 == 499:
            Path(LOG).write_text(attack.report())  # a long run may be watched
    assert not attack.faults, attack.report()


def test_the_walk_reaches_every_form_filter_and_call(targets):
    paths = {target.path for target in targets}
    kinds = Counter(target.kind for target in targets)
    uploaded_to = reverse("imports:import")
    wanted = {f"/{HOME}{uploaded_to}", "/accounts/language/", f"/{HOME}/admin/autocomplete/", "/api/payments"}
    assert wanted <= paths
    assert kinds["query"] > 200
    assert kinds["form"] > 100
    assert kinds["json"] >= 2
    assert kinds["upload"] >= 1
    for model in admin.site._registry:
        stem = f"/{HOME}/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert any(path.startswith(stem) for path in paths), stem


def test_every_site_is_as_it_was(targets):
    assert Site.objects.count() == 6
