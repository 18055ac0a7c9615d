"""Addresses of the reports."""

from django.urls import path

from portal.reports import gpu_views, member_views, staff_views, views

urlpatterns = [
    path("", views.report, name="reports"),
    path("mine", member_views.my_use, name="my_use"),
    path("mine/<slug:chart>.csv", member_views.my_chart, name="my_chart"),
    path("mine/gpus", gpu_views.my_gpus, name="my_gpus"),
    path("mine/gpus/<slug:chart>.csv", gpu_views.my_gpus_chart, name="my_gpus_chart"),
    path("gpus", gpu_views.all_gpus, name="all_gpus"),
    path("gpus/<slug:chart>.csv", gpu_views.all_gpus_chart, name="all_gpus_chart"),
    path("overview", staff_views.overview, name="overview"),
    path("overview/<slug:chart>.csv", staff_views.overview_chart, name="overview_chart"),
    path("usage.csv", views.report_csv, name="reports_csv"),
    path("usage.json", views.report_json, name="reports_json"),
]
