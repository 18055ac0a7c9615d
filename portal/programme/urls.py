"""Addresses of the programme's figures for staff."""

from django.urls import path

from portal.programme import views

urlpatterns = [
    path("", views.programme_page, name="programme"),
    path("definitions", views.definitions, name="programme_definitions"),
    path("figures.<str:file_format>", views.programme_file, name="programme_file"),
]
