"""Addresses of the reports."""

from django.urls import path

from portal.reports import member_views, staff_views, views

urlpatterns = [
    path("", views.report, name="reports"),
    path("mine", member_views.my_use, name="my_use"),
    path("mine/<slug:chart>.csv", member_views.my_chart, name="my_chart"),
    path("overview", staff_views.overview, name="overview"),
    path("overview/<slug:chart>.csv", staff_views.overview_chart, name="overview_chart"),
    path("usage.csv", views.report_csv, name="reports_csv"),
    path("usage.json", views.report_json, name="reports_json"),
]
