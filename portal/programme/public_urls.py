"""Addresses of the figures that everybody may see."""

from django.urls import path

from portal.programme import public_views

urlpatterns = [
    path("", public_views.public_page, name="public_figures"),
    path("dataset.<str:file_format>", public_views.public_file, name="public_file"),
]
