"""Every address of the portal."""

from django.urls import include, path

from accounts.language_views import set_own_language
from allocations.bridge.api import api as bridge_api
from portal import views
from portal.accessibility import views as accessibility_views
from portal.api.api import api
from portal.metrics.views import metrics
from portal.reports import gpu_views, job_views, project_views
from slurm_bridge.wire import API_PREFIX

urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("language", set_own_language, name="set_language"),
    path("accessibility", accessibility_views.accessibility, name="accessibility"),
    path(
        "staff/accessibility-feedback/",
        accessibility_views.feedback,
        name="accessibility_feedback",
    ),
    path(
        "staff/accessibility-feedback/<int:feedback_id>/answered",
        accessibility_views.answered,
        name="accessibility_answered",
    ),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("people/", include("accounts.urls")),
    path("mails/", include("portal.mails.urls")),
    path("", include("allocations.urls")),
    path("projects/<str:name>/gpus", gpu_views.project_gpus, name="project_gpus"),
    path(
        "projects/<str:name>/gpus/<slug:chart>.csv",
        gpu_views.project_gpus_chart,
        name="project_gpus_chart",
    ),
    path("projects/<str:name>/usage", project_views.project_report, name="project_report"),
    path(
        "projects/<str:name>/usage/<slug:chart>.csv",
        project_views.project_chart,
        name="project_chart",
    ),
    path("projects/<str:name>/jobs/<slug:site_code>/<str:run>/", job_views.job, name="project_job"),
    path(
        "projects/<str:name>/jobs/<slug:site_code>/<str:run>/<slug:series>.csv",
        job_views.job_chart,
        name="job_chart",
    ),
    path("reports/", include("portal.reports.urls")),
    path("exports/", include("portal.exports.urls")),
    path("figures/", include("portal.programme.public_urls")),
    path("programme/", include("portal.programme.urls")),
    path("api/v1/", api.urls),
    path(API_PREFIX.removeprefix("/") + "/", bridge_api.urls),
]
