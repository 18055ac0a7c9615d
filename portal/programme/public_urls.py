"""Addresses of the figures that everybody may see."""

from django.urls import path

from portal.programme import awarded_views, public_views

urlpatterns = [
    path("", public_views.public_page, name="public_figures"),
    path("projects", awarded_views.awarded_projects, name="awarded_projects"),
    path("projects.<str:file_format>", awarded_views.awarded_file, name="awarded_file"),
    path("dataset.<str:file_format>", public_views.public_file, name="public_file"),
]
