"""Addresses of pages about people."""

from django.urls import path

from accounts import key_views, views

urlpatterns = [
    path("", views.people, name="people"),
    path("<int:user_id>/role", views.change_role, name="change_role"),
    path("me/ssh-keys", key_views.ssh_keys, name="ssh_keys"),
    path("me/ssh-keys/<int:key_id>/remove", key_views.remove_ssh_key, name="remove_ssh_key"),
]
