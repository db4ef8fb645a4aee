"""The table of runs came from another app: an agency that upgrades keeps its runs, and an import that was waiting."""

import gc
import os

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from imports import runs
from imports.jobs import import_portfolio
from imports.models import ImportRun
from leasing.models import Property
from outbox.models import Job
from sites_app.isolation import POLICY_IN_CATALOGUE
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.owner import as_owner
from tests.people import make_person

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.no_cover,
    # Every migration back and forth takes half a minute, and those that were released do not change.
    pytest.mark.skipif("AKIG_UPGRADES" not in os.environ, reason="a long run: AKIG_UPGRADES=1"),
]

BEFORE = [("leasing", "0003_index_rents_by_settlement")]
AFTER = [("imports", "0001_import_runs")]


def migrate(targets):
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the rows written just now hold the table
        gc.disable()  # the states between migrations are a million objects in circles
        MigrationExecutor(connection).migrate(targets)
        gc.enable()


def secured(table):
    """Whether the table has row security, and its policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, array(SELECT pg_get_expr(polqual, polrelid) || pg_get_expr(polwithcheck, polrelid)"
            " FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c WHERE oid = to_regclass(%s)",
            [table],
        )
        return cursor.fetchone()


def named_after(app):
    """How many names of constraints and indexes of the runs begin with the app's, of how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE starts_with(name, %s)), count(*) FROM ("
            " SELECT conname AS name FROM pg_constraint WHERE conrelid = to_regclass(%s) UNION"
            " SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = to_regclass(%s)) names",
            [f"{app}_importrun", *[f"{app}_importrun"] * 2],
        )
        return cursor.fetchone()


def test_runs_their_policy_and_a_waiting_import_come_along_and_go_back(uploads):
    manager = make_person("mariama", GN_KINDIA="manager")
    kindia = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        old = ImportRun.objects.create(site=kindia, started_by=manager, state="done", file_names=["contrats.csv"])
        files = [("biens.csv", b"code;type\nP1;Villa\n")]
        waiting = runs.import_later(site=kindia, files=files, by=manager)
    policy = (True, [POLICY_IN_CATALOGUE * 2])
    migrate(AFTER)  # what the table has got since then is off
    own, every = named_after("imports")
    # The index keeps the name that it was given.
    assert (secured("imports_importrun"), own) == (policy, every - 1)

    migrate([("imports", None), *BEFORE])
    assert (secured("imports_importrun"), secured("leasing_importrun")) == (None, policy)
    assert named_after("leasing") == (own, every)
    job = Job.objects.get()
    assert job.name == "leasing.jobs.import_portfolio"
    assert job.key == f"leasing.jobs.import_portfolio:GN_KINDIA:{waiting.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leasing_importrun")  # as the application, outside of every site
        assert cursor.fetchone() == (0,)

    migrate(AFTER)
    assert (secured("leasing_importrun"), secured("imports_importrun")) == (None, policy)
    assert named_after("imports") == (own, every)
    with site_scope(["GN_KINDIA"]):
        assert set(ImportRun.objects.values_list("pk", "state")) == {(old.pk, "done"), (waiting.pk, "queued")}
        assert runs.job_is_lost(waiting) is False
    # The rest of the upgrade, before anybody works.
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    job.refresh_from_db()
    assert (job.name, job.key) == ("imports.jobs.import_portfolio", waiting.job_key)
    assert import_portfolio(str(job.pk)) is True
    with site_scope(["GN_KINDIA"]):
        waiting.refresh_from_db()
        assert (waiting.state, Property.objects.get().code) == ("done", "P1")
