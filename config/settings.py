"""Django settings, all from the environment; `.env.example` documents each variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import env, logs
from config.embedded import EmbeddedPostgres
from config.env import BASE_DIR

if TYPE_CHECKING:
    from django.http import HttpRequest

# What must outlive a release: uploaded files, and the embedded PostgreSQL where there is no other.
DATA_DIR = env.directory("DATA_DIR", BASE_DIR / ".data")
DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.secret_key("SECRET_KEY", debug=DEBUG)
ENCRYPTION_KEYS = env.encryption_keys("ENCRYPTION_KEYS", debug=DEBUG)
# Where carriers and browsers reach this installation; signatures are checked against it.
PUBLIC_URL = env.web_address("PUBLIC_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", PUBLIC_URL, debug=DEBUG)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- PostgreSQL: by address, or the embedded one ---------------------------------------------
EMBEDDED_POSTGRES = None if env.text("DATABASE_URL") else EmbeddedPostgres(DATA_DIR)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.database(
            "DATABASE_URL", EMBEDDED_POSTGRES.url("tollgate") if EMBEDDED_POSTGRES else ""
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}

# --- Sending ---------------------------------------------------------------------------------
DISPATCH_CONNECTIONS = env.integer("DISPATCH_CONNECTIONS", default=32, least=1, most=1000)
# Longer than a carrier may take to answer, with time to write the answer down.
DISPATCH_LEASE_SECONDS = env.integer("DISPATCH_LEASE_SECONDS", default=60, least=20, most=600)

# --- Celery ----------------------------------------------------------------------------------
CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")

# --- Applications ----------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "whitenoise.runserver_nostatic",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "config.apps.TollgateAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "phonenumber_field",
    "import_export",
    "pgtrigger",
    "pghistory",
    "accounts",
    "consent",
    "sending",
    "forwarding",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.content_policy.ContentSecurityPolicyMiddleware",
    "config.carriers.CarrierMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.CurrentWorkspaceMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["accounts.templatetags.workspace_token"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Languages, times, files -----------------------------------------------------------------
LANGUAGE_CODE = "en"
# Those with a complete catalogue; from two on, the account menu offers the choice.
LANGUAGES = [("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# An opt-in file may hold a million rows; it is streamed to disk, never into memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Security --------------------------------------------------------------------------------
SECURE = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=SECURE)
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = env.integer(
    "SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0, least=0, most=63_072_000
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
# Only a proxy that itself sets this header may be believed; see docs/deployment.md.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.boolean("BEHIND_PROXY", default=False) else None
)
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 3600 * env.integer("SESSION_HOURS", default=12, least=1, most=720)

# --- Mail: invitations and forgotten passwords --------------------------------------------------
vars().update(env.mail("EMAIL_URL", debug=DEBUG))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"Tollgate <tollgate@{urlsplit(PUBLIC_URL).hostname}>")

# --- The demo ---------------------------------------------------------------------------------
DEMO_PASSWORD = env.text("DEMO_PASSWORD", "juniper-demo")

# --- Logs: to the standard error, numbers masked ------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"))
LOGGING = logs.configuration(level=LOG_LEVEL, style=LOG_FORMAT)

# --- History ---------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGTRIGGER_SCHEMA_EDITOR = True
PHONENUMBER_DEFAULT_REGION = "US"
IMPORT_EXPORT_USE_TRANSACTIONS = True


def _environment_label(request: HttpRequest) -> list[str] | None:
    return [str(_("Development")), "warning"] if DEBUG else None


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tollgate",
    "SITE_HEADER": "Tollgate",
    "SITE_SYMBOL": "toll",
    "DASHBOARD_CALLBACK": "sending.dashboard.dashboard.context",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("tollgate/icon.svg"),
        }
    ],
    "STYLES": [lambda request: static("tollgate/tollgate.css")],
}
