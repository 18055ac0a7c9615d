"""Addresses of pages about people."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.people, name="people"),
    path("<int:user_id>/role", views.change_role, name="change_role"),
]
