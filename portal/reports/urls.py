"""Addresses of the reports."""

from django.urls import path

from portal.reports import views

urlpatterns = [
    path("", views.report, name="reports"),
    path("usage.csv", views.report_csv, name="reports_csv"),
    path("usage.json", views.report_json, name="reports_json"),
]
