"""Dates in the reader's language."""

from django import template

from accounts.dates import dated

register = template.Library()

register.filter("dated", dated, expects_localtime=True)
