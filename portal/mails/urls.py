"""Addresses of pages about mails."""

from django.urls import path

from portal.mails import views

urlpatterns = [
    path("", views.mails, name="mails"),
    path("<int:mail_id>/", views.mail, name="mail"),
    path("preview/", views.mail_previews, name="mail_previews"),
    path("preview/<slug:event>/<slug:language>/", views.mail_preview, name="mail_preview"),
    path(
        "preview/<slug:event>/<slug:language>/html",
        views.mail_preview_html,
        name="mail_preview_html",
    ),
]
