"""Addresses of pages about people."""

from django.urls import path

from accounts import key_views, language_views, token_views, views

urlpatterns = [
    path("", views.people, name="people"),
    path("<int:user_id>/role", views.change_role, name="change_role"),
    path("me/tokens", token_views.personal_tokens, name="personal_tokens"),
    path("me/tokens/<int:token_id>/revoke", token_views.revoke_token, name="revoke_token"),
    path("me/mails", language_views.own_mails, name="own_mails"),
    path("me/ssh-keys", key_views.ssh_keys, name="ssh_keys"),
    path("me/ssh-keys/<int:key_id>/remove", key_views.remove_ssh_key, name="remove_ssh_key"),
]
