"""Every address of the portal."""

from django.urls import include, path

from allocations.bridge.api import api as bridge_api
from portal import views
from slurm_bridge.wire import API_PREFIX

urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("accounts/", include("allauth.urls")),
    path("people/", include("accounts.urls")),
    path("", include("allocations.urls")),
    path("reports/", include("portal.reports.urls")),
    path("programme/", include("portal.programme.urls")),
    path(API_PREFIX.removeprefix("/") + "/", bridge_api.urls),
]
