"""Findings about figures of GPUs in words."""

from django import template

from allocations.tables.gpu_findings import finding_words

register = template.Library()

register.filter("gpu_finding", finding_words)
