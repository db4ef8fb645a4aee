"""In production AKIG does not start as a demo: each thing that is unsafe is named, by the start and by `check`."""

import os
import subprocess

import pytest
from django.conf import settings as ours
from django.core.exceptions import ImproperlyConfigured

from akig import checks
from tests.processes import PYTHON

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": "hU3-Zq8_vN0sYb5kR1tXw7pLc2mJd9gFa4eQo6iT_yVrKzWnBh",
    "SECRET_KEY_FALLBACKS": [],
    "ALLOWED_HOSTS": ["akig.example", ".agence.example"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "PUBLIC_URL": "https://akig.example",
}
DEMO = "akig-demo-secret-not-for-production"


def errors_with(settings, **wrong):
    for name, value in (SAFE | wrong).items():
        setattr(settings, name, value)
    return checks.production_is_no_demo(None)


def test_safe_settings_are_no_error(settings):
    assert errors_with(settings) == []


@pytest.mark.parametrize(
    ("name", "value", "id_", "words"),
    [
        ("SECRET_KEY", DEMO, "akig.E001", "the demo's"),
        ("SECRET_KEY", DEMO * 3, "akig.E004", "anybody can read"),
        ("SECRET_KEY", "django-insecure-" + str(SAFE["SECRET_KEY"]), "akig.E004", "anybody can read"),
        ("SECRET_KEY", str(SAFE["SECRET_KEY"])[:49], "akig.E004", "49 characters"),
        ("SECRET_KEY", "x" * 60, "akig.E004", "1 different"),
        ("SECRET_KEY", "0123456789" * 6, "akig.E004", "10 different"),
        ("SECRET_KEY_FALLBACKS", [SAFE["SECRET_KEY"], "short"], "akig.E004", "key 2"),
        ("SECRET_KEY_FALLBACKS", [DEMO], "akig.E004", "key 1"),
        ("DEBUG", True, "akig.E002", "DEBUG"),
        ("ALLOWED_HOSTS", ["*"], "akig.E005", "“*”"),
        ("ALLOWED_HOSTS", ["akig.example", "*"], "akig.E005", "“*”"),
        ("ALLOWED_HOSTS", [".com"], "akig.E005", "“.com”"),
        ("ALLOWED_HOSTS", ["."], "akig.E005", "“.”"),
        ("ALLOWED_HOSTS", [], "akig.E005", "empty"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "akig.E006", "EMAIL_URL"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "akig.E006", "EMAIL_URL"),
        ("EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend", "akig.E006", "EMAIL_URL"),
        ("PUBLIC_URL", "http://akig.example", "akig.E007", "https://"),
        ("PUBLIC_URL", "https://127.0.0.1:8000", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://127.9.9.9", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://[::1]", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://0.0.0.0", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://localhost", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://", "akig.E007", "nobody else"),
        ("PUBLIC_URL", "https://[zz", "akig.E007", "https://["),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(settings, name, value, id_, words):
    errors = errors_with(settings, **{name: value})
    assert {error.id for error in errors} == {id_}
    assert all(name in error.msg or "EMAIL_URL" in error.msg for error in errors)
    assert any(words in error.msg for error in errors)


@pytest.mark.django_db
def test_the_start_names_all_that_is_wrong_at_once(settings):
    errors_with(settings, SECRET_KEY="x", ALLOWED_HOSTS=["*"], PUBLIC_URL="http://127.0.0.1:8000")
    with pytest.raises(ImproperlyConfigured) as refused:
        checks.refuse_unsafe_start()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "PUBLIC_URL"):
        assert name in str(refused.value)


def test_a_demo_may_be_a_demo(settings):
    assert errors_with(settings, PRODUCTION=False, SECRET_KEY=DEMO, ALLOWED_HOSTS=["*"]) == []


def test_check_deploy_fails_on_the_demos_own_settings():
    """As an operator runs it, who set AKIG_PRODUCTION and nothing else."""
    environment = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "PUBLIC_URL")}
    done = subprocess.run(
        [PYTHON, "manage.py", "check", "--deploy", "--tag", "security"],
        cwd=ours.BASE_DIR,
        env={**environment, "AKIG_PRODUCTION": "true", "ALLOWED_HOSTS": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "PUBLIC_URL"):
        assert name in done.stderr
