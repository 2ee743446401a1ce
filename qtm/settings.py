"""All settings, read from the environment; whatever is missing or malformed is said all at once."""

from pathlib import Path
from typing import Any

from django.utils.csp import CSP
from environs import Env

from qtm.mailing import mailers
from qtm.stores import evidence_store

HERE = Path(__file__).resolve().parent.parent
env = Env(eager=False)

# Three roles of one database: the app serves and owns nothing, Omni can only read, the owner migrates and is absent while serving.
DATABASES: dict[str, Any] = {
    "default": env.dj_db_url("DATABASE_URL"),
    "omni": env.dj_db_url("DATABASE_OMNI_URL"),
}
_owner = env.dj_db_url("DATABASE_OWNER_URL") if env.str("DATABASE_OWNER_URL", "") else None
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", False)
LOOPBACK = env.bool("LOOPBACK", False)  # serves this machine only, so plain HTTP is safe
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)  # a proxy of ours ends TLS and sets X-Forwarded-Proto
EVIDENCE_ROOT = env.path("EVIDENCE_ROOT", HERE / "var" / "evidence")
_evidence = evidence_store(env, EVIDENCE_ROOT)
STATIC_ROOT = env.path("STATIC_ROOT", HERE / "var" / "static")
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", 12_000_000)
EVIDENCE_MAX_PIXELS = env.int("EVIDENCE_MAX_PIXELS", 40_000_000)
TIME_ZONE = env.str("TIME_ZONE", "Europe/Berlin")  # the zone of the place, in which people read times
MAILERS = mailers(env)
MAIL_FROM = env.str("MAIL_FROM", "")
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", "")
MAIL_PAUSES: list[int] = env.list(
    "MAIL_PAUSES", [60, 600, 3600, 14_400], subcast=int
)  # seconds before each further try
SITE_URL = env.str("SITE_URL", "").rstrip("/")  # where people find the house, for the links in letters
LETTER_LANGUAGE = env.str("LETTER_LANGUAGE", "en")  # of who has said nothing else
KEYS_ROOT = env.path(
    "KEYS_ROOT", HERE / "var" / "keys"
)  # the private keys, and what the log was when it was last signed
GIVEN_KEYS = {
    "record": env.str("RECORD_KEY", ""),
    "log": env.str("LOG_KEY", ""),
}  # private keys as PEM, in place of files
LOG_NAME = env.str(
    "LOG_NAME", ""
)  # what the log of records is called for ever, from the first start on; else by SITE_URL
LOG_STATE = env.path("LOG_STATE", KEYS_ROOT / "log.state")
LOG_ROOT = env.path("LOG_ROOT", HERE / "var" / "log")  # what is published of the log, as files
WITNESSES: list[str] = env.list("WITNESSES", [])  # who vouches that the log only grew: each key and address
DEMO_ALLOWED = env.bool("DEMO_ALLOWED", False)
env.seal()

if _owner:
    DATABASES["owner"] = {**_owner, "TEST": {"MIRROR": "default"}}
for _alias, _database in DATABASES.items():
    _database["CONN_MAX_AGE"] = 600 if _alias != "owner" else 0
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {})["application_name"] = f"qtm-{_alias}"
DATABASES["default"]["ENGINE"] = "qtm.database"  # Django's own, but for acts
DATABASES["omni"]["TEST"] = {"MIRROR": "default"}
DATABASE_ROUTERS = ["qtm.postgres_router.OneDatabase"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "qtm.apps.QtmConfig",
    "intake.apps.IntakeConfig",
    "governance.apps.GovernanceConfig",
    "execution.apps.ExecutionConfig",
    "records.apps.RecordsConfig",
    "settlement.apps.SettlementConfig",
    "qtm.apps.Oversight",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "django_htmx",
    "django_tasks_db",
    "demo.apps.DemoConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qtm.compression.Compressed",
    "qtm.middleware.PlainRefusals",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qtm.middleware.WhoseDevice",
]
ROOT_URLCONF = "qtm.urls"
WSGI_APPLICATION = "qtm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qtm.context.house",
            ],
            "builtins": ["django.templatetags.static", "qtm.templatetags.house", "qtm.templatetags.doors"],
        },
    }
]

AUTH_USER_MODEL = "qtm.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
ANONYMOUS_USER_NAME = None  # guardian would make a row for nobody otherwise
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": EVIDENCE_ROOT}},
    "evidence": _evidence,
    "staticfiles": {"BACKEND": "qtm.statics.Statics"},
}
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}
}  # done by `manage.py background`
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_PERMISSIONS = 0o600

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],  # a photo is seen on the phone before it is sent
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOOPBACK
SECURE_SSL_REDIRECT = not LOOPBACK
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 0 if LOOPBACK else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOOPBACK
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "qtm.errors.stale_form"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
