"""Django's settings, all of whose variable parts come from `portal.environment`."""

import os
import sys
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF

from portal.configuration import ConfigurationError, load_environment
from portal.databases import database
from slurm_bridge.gpu_verdict import Thresholds

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    ENVIRONMENT = load_environment()
except ConfigurationError as error:
    for problem in error.problems:
        print(f"belfry: {problem}", file=sys.stderr)  # noqa: T201  # no logging is set up yet
    raise SystemExit(os.EX_CONFIG) from None

PRODUCTION = ENVIRONMENT.is_production
DEBUG = False
SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value()
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts or ["127.0.0.1", "localhost", "testserver"]
PUBLIC_URL = ENVIRONMENT.public_url.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "portal",
    "accounts",
    "allocations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # the templates of its widgets, which ours stand beside
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    "portal.metrics.latency.LatencyMiddleware",
    "portal.in_turn.InTurnMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SignedOutMiddleware",
    "accounts.providers.ProviderFaultMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.ActorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.context.navigation",
            ],
            "builtins": ["accounts.templatetags.dates"],
        },
    }
]
FORM_RENDERER = "portal.form_fields.FieldRenderer"

DATABASES = {"default": database(ENVIRONMENT.database_url.get_secret_value())}
if ENVIRONMENT.reports_database_url is not None:
    DATABASES["reports"] = database(
        ENVIRONMENT.reports_database_url.get_secret_value(),
        options="-c default_transaction_read_only=on",
    ) | {"TEST": {"MIRROR": "default"}}
DATABASE_ROUTERS = ["portal.reports.replica.ReplicaRouter"]
REPORTS_MAX_LAG_SECONDS = ENVIRONMENT.reports_max_lag_seconds
# Counts attempts to sign in and remembers used one-time codes, so that all processes must share it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Belfry"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": provider.provider_id,
                "name": provider.name,
                "client_id": provider.client_id,
                "secret": provider.secret.get_secret_value(),
                "settings": {"server_url": provider.server_url},
            }
            for provider in ENVIRONMENT.oidc_providers
        ],
    }
}
REQUIRE_SECOND_FACTOR = ENVIRONMENT.require_second_factor
UNIX_USERNAME_PREFIX = ENVIRONMENT.unix_username_prefix
UNIX_UID_MIN = ENVIRONMENT.unix_uid_min
UNIX_GROUP_GID_MIN = ENVIRONMENT.unix_group_gid_min
SSH_KEY_MAX_DAYS = ENVIRONMENT.ssh_key_max_days
ACCESS_DAYS_AFTER_END = ENVIRONMENT.access_days_after_end
OFFER_DAYS = ENVIRONMENT.offer_days
CHANGE_DAYS = ENVIRONMENT.change_days

# Mail and background work --------------------------------------------------------------------
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
if ENVIRONMENT.smtp_host:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = ENVIRONMENT.smtp_host
    EMAIL_PORT = ENVIRONMENT.smtp_port
    EMAIL_HOST_USER = ENVIRONMENT.smtp_username
    EMAIL_HOST_PASSWORD = ENVIRONMENT.smtp_password.get_secret_value()
    EMAIL_USE_TLS = ENVIRONMENT.smtp_starttls
    EMAIL_TIMEOUT = 30
elif ENVIRONMENT.mail_folder:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(ENVIRONMENT.mail_folder)
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
MAIL_LOG_DAYS = ENVIRONMENT.mail_log_days
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# After the award -----------------------------------------------------------------------------
REPORT_MONTHS = ENVIRONMENT.report_months
REPORT_ANSWER_DAYS = ENVIRONMENT.report_answer_days
CLAW_BACK_AFTER_PERCENT = ENVIRONMENT.claw_back_after_percent
CLAW_BACK_USED_PERCENT = ENVIRONMENT.claw_back_used_percent
CLAW_BACK_ANSWER_DAYS = ENVIRONMENT.claw_back_answer_days

# The programme's figures ---------------------------------------------------------------------
PUBLIC_FIGURES_MINUTES = ENVIRONMENT.public_figures_minutes

# The accessibility statement -----------------------------------------------------------------
ACCESSIBILITY_BODY = ENVIRONMENT.accessibility_body
ACCESSIBILITY_CONTACT = ENVIRONMENT.accessibility_contact
ACCESSIBILITY_STATE = ENVIRONMENT.accessibility_state
ACCESSIBILITY_PREPARED_ON = ENVIRONMENT.accessibility_prepared_on
ACCESSIBILITY_REVIEWED_ON = ENVIRONMENT.accessibility_reviewed_on
ACCESSIBILITY_ANSWER_DAYS = ENVIRONMENT.accessibility_answer_days

# The API -------------------------------------------------------------------------------------
API_TOKEN_MAX_DAYS = ENVIRONMENT.api_token_max_days
API_REQUESTS_A_MINUTE = ENVIRONMENT.api_requests_a_minute

# The register of VAT numbers ---------------------------------------------------------------------
VIES_URL = ENVIRONMENT.vies_url
ASSOCIATED_COUNTRIES = frozenset(ENVIRONMENT.associated_countries)

# Files that the worker makes, outside of all that is served -------------------------------------
ATTACHMENT_FOLDER = ENVIRONMENT.attachment_folder
ATTACHMENT_MAX_MB = ENVIRONMENT.attachment_max_mb
CLAMD = ENVIRONMENT.clamd

EXPORT_FOLDER = ENVIRONMENT.export_folder
EXPORT_DAYS = ENVIRONMENT.export_days

# Metrics for operators -----------------------------------------------------------------------
METRICS_TOKEN = ENVIRONMENT.metrics_token.get_secret_value()
METRICS_NETWORKS = ENVIRONMENT.metrics_networks
BEHIND_PROXY = ENVIRONMENT.behind_proxy

# What is said of how jobs used their GPUs ----------------------------------------------------
GPU_THRESHOLDS = Thresholds(
    shortest_seconds=ENVIRONMENT.gpu_shortest_seconds,
    least_measured_percent=ENVIRONMENT.gpu_least_measured_percent,
    unused_percent=ENVIRONMENT.gpu_unused_percent,
    waiting_percent=ENVIRONMENT.gpu_waiting_percent,
    few_cores_percent=ENVIRONMENT.gpu_few_cores_percent,
    memory_full_percent=ENVIRONMENT.gpu_memory_full_percent,
    memory_empty_percent=ENVIRONMENT.gpu_memory_empty_percent,
)
GPU_IDLE_MINUTES = ENVIRONMENT.gpu_idle_minutes

# Bridges -------------------------------------------------------------------------------------
SITE_LATE_AFTER_SECONDS = ENVIRONMENT.site_late_after_seconds
JOB_MONTHS_KEPT = ENVIRONMENT.job_months_kept
GPU_MONTHS_KEPT = ENVIRONMENT.gpu_months_kept
MAX_BRIDGE_BODY_BYTES = ENVIRONMENT.max_bridge_body_mb * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20  # of any body as it arrives, which may be gzip
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)

# Language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Each in its own language, since whoever looks for it reads no other.
LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True

# Static files: taken from npm at install time, hashed, and served by the portal itself. -------
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.static_root
_modules = BASE_DIR / "portal" / "frontend" / "node_modules"
STATICFILES_DIRS = [
    ("bootstrap", _modules / "bootstrap" / "dist"),
    ("bootstrap-icons", _modules / "bootstrap-icons" / "font"),
    ("echarts", _modules / "echarts" / "dist"),
    ("htmx", _modules / "htmx.org" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "lists/table.html"
DJANGO_TABLES2_TABLE_ATTRS = {"class": "table table-hover align-middle list"}

# Safety --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # A form that starts a sign-in is answered with a redirect to the provider.
        "form-action": [SELF, *(provider.origin for provider in ENVIRONMENT.oidc_providers)],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health$"]  # a probe on the portal's own host speaks plain HTTP
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
if ENVIRONMENT.behind_proxy:
    # Both headers are set, never passed on, by deploy/nginx/belfry.conf.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_CLIENT_IP_HEADER = "X-Real-IP"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"discreet": {"()": "portal.discreet_log.WithoutSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}
    },
    # They tell every step of every page they draw.
    "loggers": {"weasyprint": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
}
