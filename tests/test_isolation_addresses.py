"""Every address × method × role, taken from the URL resolver: who gets in, who does not, and that nothing changed."""

import copy
import re
import uuid

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from screens.declarations import ANYONE, MEMBER, PERSON
from sites_app.access import ROLE_PERMISSIONS
from sites_app.actions import grant_membership
from sites_app.admin import SiteModelAdmin
from sites_app.isolation import scoped_models
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.any_row import any_row
from tests.owner import as_owner
from tests.permission_table import TABLE

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HOME, OTHER = "GN_CONAKRY", "GN_KINDIA"
SCOPED = [model for model in scoped_models() if model._meta.pk.name == "id"]
SITE_DATA = tuple(model._meta.label for model in SCOPED)


def named_addresses(resolver=None, namespace=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from named_addresses(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry


ADDRESSES = dict(named_addresses())


def test_every_address_is_in_the_permission_table():
    ours = {name for name in ADDRESSES if not name.startswith("admin:") and not name.endswith("None")}
    assert ours == set(TABLE)


def test_an_address_of_a_site_says_in_the_code_what_the_table_says():
    for name, row in TABLE.items():
        mark = getattr(ADDRESSES[name].callback, "site_permission", "none")
        expected = {ANYONE: "none", PERSON: "none", MEMBER: None}.get(row.who, row.who)
        assert (name, mark) == (name, expected)


@pytest.fixture(scope="module")
def signed_in(lasting):
    """The cookies of three people of Conakry, an admin of Kindia, one who belongs nowhere, and nobody."""

    def person(name, code=None, role=None):
        user = get_user_model().objects.create_user(name, password=None)
        if code:
            grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
        return user

    people = {
        "agent": person("agent", HOME, "agent"),
        "manager": person("manager", HOME, "manager"),
        "admin": person("admin_of_conakry", HOME, "admin"),
        "stranger": person("stranger", OTHER, "admin"),
        "loner": person("loner"),
    }
    cookies = {"nobody": Client().cookies}
    for role, user in people.items():
        client = Client()
        client.force_login(user)
        cookies[role] = client.cookies
    return cookies


@pytest.fixture
def cast(signed_in):
    """Their browsers."""
    clients = {role: Client() for role in signed_in}
    for role, cookies in signed_in.items():
        clients[role].cookies = copy.deepcopy(cookies)
    return clients


@pytest.fixture(scope="module")
def rows(lasting):
    """One row of every scoped model on each of two sites, by model label and site."""
    found = {}
    for code in (HOME, OTHER):
        with site_scope([code]):
            for model in SCOPED:
                existing = model.objects.first()
                found[model._meta.label, code] = existing or any_row(model, code)
    return found


def content():
    """A digest of every scoped table, as the owner sees it."""
    digests = " UNION ALL ".join(
        f"SELECT '{model.__name__}', md5(string_agg(t::text, ';' ORDER BY t::text)) FROM \"{model._meta.db_table}\" t"
        for model in SCOPED
    )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(digests)
        return cursor.fetchall()


def address_of(name, row_id=None, site=HOME):
    arguments = dict(TABLE[name].arguments)
    if TABLE[name].row:
        arguments["pk"] = row_id or (uuid.uuid4() if TABLE[name].row in SITE_DATA else 999_999)
    path = reverse(name, kwargs=arguments)
    return path if site is None or path.startswith("/api/") else f"/{site}{path}"


def ask(client, method, path):
    headers = {"X-Site-ID": HOME} if path.startswith("/api/") else {}
    return client.generic(method, path, b"", content_type="application/x-www-form-urlencoded", headers=headers)


def may(role, who):
    return who in (ANYONE, PERSON, MEMBER) or who in ROLE_PERMISSIONS.get(role, ())


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_role_gets_in_where_the_table_says_and_nowhere_else(cast, rows, name):
    entry = TABLE[name]
    row_id = getattr(rows.get((entry.row, HOME)), "pk", None)
    path = address_of(name, row_id)
    before = content()
    # Signing out signs everybody out of the rest of this test: it takes POST only, so that comes last.
    for method in sorted(METHODS, key="POST".__eq__):
        answer = ask(cast["nobody"], method, path)
        if entry.who == ANYONE:
            assert answer.status_code not in (401, 403), (name, method)
        elif path.startswith("/api/"):
            assert answer.status_code == 401, (name, method)
        elif answer.status_code != 405:
            assert answer.status_code == 302, (name, method)
            assert answer["Location"].startswith("/accounts/login/"), (name, method)
        for role in ("stranger", "loner"):
            assert ask(cast[role], method, path).status_code == 403, (name, method, role)
        for role in ("agent", "manager", "admin"):
            status = ask(cast[role], method, path).status_code
            if not may(role, entry.who):
                assert status in (403, 405), (name, method, role, status)
            elif method in entry.methods:
                assert status in (200, 201, 302, 303, 400, 404, 422), (name, method, role, status)
            else:
                assert status == 405, (name, method, role, status)
        if method not in entry.methods:
            assert content() == before, (name, method)


CARRYING = sorted(name for name, entry in TABLE.items() if entry.row in SITE_DATA)


def same_answer(one, other, *ids):
    """Two answers, with their ids and their form tokens blotted out."""

    def plain(response):
        text = response.content.decode(errors="replace")
        for value in ids:
            text = text.replace(str(value), "ID")
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "TOKEN", text)
        return (
            response.status_code,
            response.get("Location", "").replace(str(ids[0]), "ID").replace(str(ids[1]), "ID"),
            re.sub(r'nonce-?="?[^"\' ]+', "NONCE", text),
        )

    return plain(one) == plain(other)


@pytest.mark.parametrize("name", CARRYING)
def test_another_sites_id_in_an_address_answers_like_no_id_at_all(cast, rows, name):
    foreign, missing = rows[TABLE[name].row, OTHER].pk, uuid.uuid4()
    for method in TABLE[name].methods:
        one = ask(cast["admin"], method, address_of(name, foreign))
        other = ask(cast["admin"], method, address_of(name, missing))
        assert one.status_code == 404
        assert same_answer(one, other, foreign, missing), (name, method)


# --- the administration: its addresses follow from the registered models ---------------------------------

REGISTERED = sorted((model for model in admin.site._registry if model in SCOPED), key=lambda model: model._meta.label)


def test_every_scoped_model_is_in_the_administration_by_way_of_the_scoped_base():
    assert set(REGISTERED) == set(SCOPED)
    for model in REGISTERED:
        assert isinstance(admin.site._registry[model], SiteModelAdmin), model


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_the_administration_shows_another_sites_row_like_one_that_does_not_exist(cast, rows, model):
    foreign, missing = rows[model._meta.label, OTHER].pk, uuid.uuid4()
    own = rows[model._meta.label, HOME].pk
    stem = f"/{HOME}/admin/{model._meta.app_label}/{model._meta.model_name}/"
    before = content()
    assert ask(cast["admin"], "GET", f"{stem}{own}/change/").status_code == 200
    listed = ask(cast["admin"], "GET", stem).content.decode()
    assert str(own) in listed
    assert str(foreign) not in listed
    for part in ("change", "delete", "history"):
        for method in FORM_METHODS:
            one = ask(cast["admin"], method, f"{stem}{foreign}/{part}/")
            other = ask(cast["admin"], method, f"{stem}{missing}/{part}/")
            assert same_answer(one, other, foreign, missing), (part, method)
    assert content() == before


FORM_METHODS = ("GET", "POST")


@pytest.mark.parametrize("role", ["stranger", "loner"])
def test_the_administration_of_a_site_is_closed_to_those_of_another(cast, role):
    for path in ("", "leasing/tenant/", "leasing/payment/add/", "autocomplete/", "sites_app/regionalrule/"):
        assert ask(cast[role], "GET", f"/{HOME}/admin/{path}").status_code == 403


def test_the_autocomplete_of_the_administration_offers_this_sites_rows_only(cast, rows):
    for model in REGISTERED:
        for field in model._meta.local_concrete_fields:
            if field.many_to_one and field.related_model in SCOPED:
                answer = cast["admin"].get(
                    f"/{HOME}/admin/autocomplete/",
                    {
                        "app_label": model._meta.app_label,
                        "model_name": model._meta.model_name,
                        "field_name": field.name,
                        "term": "",
                    },
                )
                if answer.status_code == 200:
                    offered = {result["id"] for result in answer.json()["results"]}
                    assert str(rows[field.related_model._meta.label, OTHER].pk) not in offered


def test_the_administrations_addresses_belong_to_registered_models_or_to_the_site():
    general = {"index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"}
    general |= {"view_on_site", "app_list", "None", "search", "toggle_sidebar", "auth_user_password_change"}
    models = {f"{m._meta.app_label}_{m._meta.model_name}" for m in admin.site._registry}
    for name in ADDRESSES:
        if name.startswith("admin:") and name.removeprefix("admin:") not in general:
            assert any(name.removeprefix("admin:").startswith(model) for model in models), name


def test_no_model_with_a_site_is_registered_without_its_people_in_mind():
    """Tables about sites are not secured by the database: their admin must narrow to the request's sites."""
    for label in ("sites_app.Membership", "sites_app.RegionalRule", "sites_app.SiteClosingDay"):
        assert apps.get_model(label) in admin.site._registry
