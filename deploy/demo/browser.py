"""A browser without a window: cookies, redirects, and forms filled in as a person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

import httpx
from lxml import html

from deploy.testbed.errors import TestbedError

FormValue = str | Sequence[str] | bool


class PageError(TestbedError):
    """A page is not what a person would expect there."""


class Browser:
    """One person's browser at the portal."""

    def __init__(self, portal: str) -> None:
        self.client = httpx.Client(base_url=portal, follow_redirects=True, timeout=30)
        self.address = ""
        self.page: html.HtmlElement = html.fromstring("<html></html>")

    def open(self, address: str) -> None:
        """Go to a page."""
        self._show(self.client.get(address))

    def submit(self, form: str, values: Mapping[str, FormValue] | None = None) -> None:
        """Fill in and send the form whose address ends in `form`, or else holds it."""
        element = self._form(form)
        for name, value in (values or {}).items():
            self._fill(element, name, value)
        data: dict[str, list[str]] = {}
        for name, value in element.form_values():
            data.setdefault(name, []).append(value)
        target = urljoin(self.address, element.get("action") or self.address)
        self._show(self.client.post(target, data=data, headers={"Referer": self.address}))

    def text(self) -> str:
        """What the page says, in one line."""
        main = self.page.find(".//main")
        element = self.page if main is None else main
        return " ".join(element.text_content().split())

    def forms(self) -> list[str]:
        """Where the page's forms go."""
        return [form.get("action") or self.address for form in self.page.forms]

    def _form(self, ending: str) -> html.FormElement:
        addresses = {
            (form.get("action") or self.address).split("?")[0]: form for form in self.page.forms
        }
        for address, form in addresses.items():
            if address.endswith(ending):
                return form
        for address, form in addresses.items():
            if ending in address:
                return form
        raise PageError(
            f"{self.address} has no form to {ending}; it says: {self.text()[:300]}",
            f"Its forms go to: {', '.join(self.forms())}.",
        )

    def _fill(self, form: html.FormElement, name: str, value: FormValue) -> None:
        if name not in form.fields:
            raise PageError(
                f"The form on {self.address} has no field {name}.",
                f"Its fields are: {', '.join(sorted(form.fields.keys()))}.",
            )
        field = form.inputs[name]
        if isinstance(value, bool):
            field.checked = value
        elif isinstance(value, str):
            form.fields[name] = value
        else:
            field.value = list(value)

    def _show(self, response: httpx.Response) -> None:
        if response.is_error:
            raise PageError(
                f"{response.request.method} {response.url} answered {response.status_code}.",
                "The portal's log says more.",
            )
        self.address = str(response.url)
        self.page = html.fromstring(response.text or "<html></html>")
