"""Answers whatever the long form of a track asks, as somebody in a hurry would."""

from __future__ import annotations

from datetime import date, timedelta

from lxml import html

from deploy.demo.browser import Browser, FormValue

FAR_AHEAD = timedelta(days=2000)


def fill_in_sections(browser: Browser, reference: str) -> None:
    """Answer each page of the form that the navigation beside it shows."""
    start = f"/applications/{reference}/edit"
    browser.open(start)
    addresses = browser.page.xpath("//nav[@id='form-parts']//a/@href")
    for address in (address for address in addresses if address != start):
        browser.open(address)
        form = browser.page.xpath("//form[@data-answers]")[0]
        values = {
            element.get("name"): _answer(element)
            for element in form.xpath(".//input | .//select | .//textarea")
            if element.get("type") != "hidden"
        }
        browser.submit(address, values)


def _answer(element: html.HtmlElement) -> FormValue:
    if element.tag == "select":
        return str(next(choice for choice in element.xpath("./option/@value") if choice))
    if element.get("type") == "checkbox":
        return True
    if element.get("type") == "number":
        return str(element.get("min") or "1")
    if element.get("type") == "date":
        return (date.today() + FAR_AHEAD).isoformat()  # noqa: DTZ011  # any day far ahead will do
    return "Recordings of bells, as our description says."
