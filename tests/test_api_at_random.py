"""Schemathesis asks every call what its schema allows, and what it does not, as people of each role.

Whatever is asked: no fault of ours (5xx), no status and no form of answer that the schema does not name, never HTML.
AKIG_API_EXAMPLES sets how many questions each call gets from each person; 60 make more than five thousand in all.
"""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.throttling import UserRateThrottle
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi

from accounts.actions import issue_token
from accounts.models import User
from akig.api import whole_schema
from leasing.tests.factories import make_allocation, make_contract, make_instalment, make_payment
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.tests.factories import make_task
from tests.people import make_person

LOG = os.environ.get("AKIG_API_LOG")
EXAMPLES = int(os.environ.get("AKIG_API_EXAMPLES", "3"))
HOME = "GN_KINDIA"
ROLES = ("agent", "manager", "admin", "superuser")
CHECKS = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
]
JSON = ("application/json", "application/problem+json")

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@dataclass(frozen=True)
class There:
    """What is there to be asked for: a token of each role, and the ids of rows of HOME."""

    tokens: dict[str, str]
    contract: str
    task: str
    agent: str


@pytest.fixture(scope="module")
def there(lasting):
    """Two sites with something on each."""
    people = {role: make_person(f"{role}-at-random", **{HOME: role, "SN_DAKAR": role}) for role in ROLES[:3]}
    people["superuser"] = User.objects.create(username="superuser-at-random", is_superuser=True, is_staff=True)
    rows = {}
    for code in (HOME, "SN_DAKAR"):
        with site_scope([code]):
            contract = make_contract(Site.objects.get(pk=code), agent=people["agent"])
            make_allocation(make_payment(contract), make_instalment(contract))
            rows[code] = str(contract.pk), str(make_task(contract.site, agent=people["agent"]).pk)
    now = timezone.now()
    tokens = {role: issue_token(user=person, name="random", days=1, now=now)[1] for role, person in people.items()}
    return There(tokens, *rows[HOME], str(people["agent"].pk))


@pytest.fixture(autouse=True)
def unthrottled(monkeypatch):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": None})


@pytest.fixture(autouse=True)
def one_connection():
    """A request ends without closing the connection, whose transaction is the test's."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


CALLS = [(path, method) for path, item in whole_schema()["paths"].items() for method in item]
SCHEMA = schemathesis.openapi.from_dict(dict(whole_schema()))
SCHEMA.app = WSGIHandler()


def ask_for_what_is_there(case, there):
    """Put ids of HOME in place of random ones, so that the question goes further than to a 404."""
    for name in ("site", "site_id"):
        (case.query or {}).pop(name, None)
    (case.headers or {}).pop("X-Site-ID", None)
    for name, value in (("id", there.task), ("agent_id", there.agent)):
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = value
    if isinstance(case.body, dict) and "contractId" in case.body:
        case.body["contractId"] = there.contract


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("path", "method"), CALLS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_whatever_is_asked_the_answer_is_one_that_the_schema_names(there, role, path, method, mode):
    call = SCHEMA[path][method]
    seen = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 10,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=call.as_strategy(generation_mode=mode), is_real=st.booleans())
    def ask(case, is_real):
        headers = {"Authorization": f"Bearer {there.tokens[role]}", "Accept-Encoding": "identity"}
        if is_real:
            headers["X-Site-ID"] = HOME
            ask_for_what_is_there(case, there)
        answer = case.call(headers=headers)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        assert answer.headers["content-type"][0] in JSON

    ask()
    if LOG:
        with Path(LOG).open("a") as log:
            print(role, mode.value, method, path, dict(seen), file=log)
