"""Addresses of files that were asked for, and of monthly reports."""

from django.urls import path

from portal.exports import views

urlpatterns = [
    path("", views.exports, name="exports"),
    path("new", views.new_export, name="new_export"),
    path("subscribe", views.new_subscription, name="new_subscription"),
    path("subscriptions/<int:subscription_id>/end", views.end_subscription, name="unsubscribe"),
    path("<int:export_id>", views.export_page, name="export"),
    path("<int:export_id>/file", views.export_file, name="export_file"),
    path("<int:export_id>/cancel", views.cancel, name="cancel_export"),
]
