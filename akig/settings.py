"""All settings, from the environment. `.env.example` lists every variable that is read here."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import environ
from django.utils.translation import gettext_lazy as _

from akig.admin_look import UNFOLD  # noqa: F401 -- read by django-unfold
from akig.embedded import database

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# A secret that anybody can read is fit for a demo on one's own machine only; akig/checks.py refuses it elsewhere.
DEMO_SECRET_KEY = "akig-demo-secret-not-for-production"  # noqa: S105 -- it says what it is
PRODUCTION = env.bool("AKIG_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default=DEMO_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
AKIG_VAR = database.var_dir()

INSTALLED_APPS = [
    "modeltranslation",  # before admin and models: it patches managers
    "unfold.apps.BasicAppConfig",  # AdministrationConfig brings the admin's site
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "akig.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "waffle",
    "axes",
    "csp",
    "phonenumber_field",
    "pgtrigger",
    "pghistory",
    "screens",
    "accounts",
    "outbox",
    "sites_app",
    "leasing",
    "imports",
    "tasks",
    "retention",
    "kpi",
    "demo",
    "akig",
]

MIDDLEWARE = [
    "akig.middleware.health_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "akig.middleware.no_other_files",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "akig.admin_policy.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.BearerTokenMiddleware",
    # After both: a person's own choice of language comes first.
    "accounts.middleware.LanguageMiddleware",
    # What cannot be read is refused before anything looks at it.
    "akig.readable.ReadableMiddleware",
    "accounts.busy.BusyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    # Last: everything below it runs inside one transaction and one site scope.
    "sites_app.middleware.SiteMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.AuditMiddleware",
]

ROOT_URLCONF = "akig.urls"
WSGI_APPLICATION = "akig.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "akig.navigation.page_frame",
            ],
        },
    }
]

# Ours wraps each field, its help and its error in one way; the admin keeps its own look.
FORM_RENDERER = "screens.form_look.FormRenderer"
CSRF_FAILURE_VIEW = "akig.views.csrf_failed"

# --- database: two roles, one transaction a request -------------------------------------------------
# The application logs in as a role that owns nothing (docs/isolation.md); commands that change tables
# log in as the owner (akig/embedded/database.py names them).
DATABASE_LOGIN = database.login()
DATABASES = {"default": database.connection_settings(env)}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Seconds after which a database that says nothing counts as away; 0: never, for jobs and commands.
DATABASE_CLIENT_TIMEOUT = env.int("DATABASE_CLIENT_TIMEOUT", default=0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.NameOrEmailBackend",
    "sites_app.backends.SiteRoleBackend",
]
PASSWORD_HASHERS = [
    "accounts.hashing.BoundedArgon2",
    "accounts.hashing.BoundedPBKDF2",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "full_name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
# Paths, not names: a name would be reversed under the site's prefix.
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
# Mobile carriers share addresses: lock the pair of name and address, for a while, never for good. Beside it a much
# higher limit for an address over all names, which axes does not have (accounts/address_lock.py).
AXES_HANDLER = "accounts.address_lock.AddressHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_USERNAME_CALLABLE = "accounts.lockout.account_key"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.client_address"
AXES_ENABLE_ADMIN = False  # accounts/admin.py shows them
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds: a mail server that says nothing keeps the next mail waiting no longer
# What stands in front of the links in a mail that no request asked for.
PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="AKIG <akig@localhost>")

# --- text messages ----------------------------------------------------------------------------------
# Empty: messages are printed (tasks/sms.py).
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env("SMS_GATEWAY_TOKEN", default="")

# --- languages --------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [
    ("fr", _("French")),
    ("en", _("English")),
    ("sus", _("Susu")),
    ("fuf", _("Pular")),
    ("emk", _("Maninka")),
    ("kqs", _("Kissi")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["akig.formats"]
LANGUAGE_COOKIE_SAMESITE: Literal["Lax"] = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
MODELTRANSLATION_DEFAULT_LANGUAGE = "fr"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fr", "en")
# The agencies' countries share this hour; each site's own timezone decides its dates (Site.today).
TIME_ZONE = "Africa/Conakry"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "GN"
PHONENUMBER_DB_FORMAT = "E164"

# --- files ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = AKIG_VAR / "static"
MEDIA_ROOT = AKIG_VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "imports.pages.upload_limit.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- jobs and cache ---------------------------------------------------------------------------------
# Without a broker (tests, single commands) jobs stay in the outbox until a worker comes.
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="")
CACHE_URL = env("CACHE_URL", default=CELERY_BROKER_URL if CELERY_BROKER_URL.startswith("redis") else "")
CACHES = {
    "default": (
        {"BACKEND": "akig.hint_cache.HintCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- API --------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.RequestUserAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["akig.parsers.JsonParser"],
    "EXCEPTION_HANDLER": "changes.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["changes.throttle.WindowThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "URL_FORMAT_OVERRIDE": None,  # ?format= is a parameter like any other that there is not
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AKIG",
    "DESCRIPTION": "The day of a rental agency with several branches, for programs.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["sites_app.openapi.without_second_spelling"],
    "POSTPROCESSING_HOOKS": ["sites_app.openapi.add_what_all_share"],
    "AUTHENTICATION_WHITELIST": [],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        }
    },
    "SECURITY": [{"token": []}, {"session": []}],
}
WAFFLE_FLAG_MODEL = "sites_app.Flag"
WAFFLE_CREATE_MISSING_FLAGS = False
WAFFLE_ENABLE_ADMIN_PAGES = False  # sites_app/admin.py has the flags; switches and samples are not used

# --- what a browser may do ----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "akig.logs.LineFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "filters": {"one_line_when_away": {"()": "changes.away.OneLineWhenAway"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line_when_away"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},  # locks, not every sign-in
        # These would bring a handler with a form of its own.
        "django": {"level": "INFO"},
        "django.server": {"handlers": ["console"], "propagate": False},
        "waitress": {"handlers": ["console"], "propagate": False},
    },
}
