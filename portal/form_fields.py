"""Makes the commonest fields of forms in Python: Django's templates take several for each of them.

A form of twenty fields spends a tenth of its page's time there. What comes out is the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


class FieldRenderer(TemplatesSetting):
    """Django's own renderer, save for inputs, texts and lists to choose from."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The field as HTML."""
        make = _MADE_HERE.get(template_name)
        return make(context["widget"]) if make else super().render(template_name, context, request)


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{_plain(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    return _safe(f'<input type="{kind}" name="{name}"{shown}{_attributes(widget)}>')


def _textarea(widget: Widget) -> SafeString:
    name, value = conditional_escape(widget["name"]), widget["value"]
    text = _shown(value) if value else ""
    return _safe(f'<textarea name="{name}"{_attributes(widget)}>\n{text}</textarea>')


def _select(widget: Widget) -> SafeString:
    groups = []
    for group, options, _index in widget["optgroups"]:
        made = "".join(
            f'<option value="{_plain(option["value"])}"{_attributes(option)}>'
            f"{_shown(option['label'])}</option>\n"
            for option in options
        )
        groups.append(f'<optgroup label="{_shown(group)}">\n{made}</optgroup>\n' if group else made)
    name = conditional_escape(widget["name"])
    return _safe(f'<select name="{name}"{_attributes(widget)}>\n{"".join(groups)}</select>')


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{_plain(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _plain(value: object) -> str:
    """Whatever it is, without the marks of a language."""
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _shown(value: Any) -> str:
    """As people read it."""
    return conditional_escape(localize(value))


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - all its parts are escaped


_INPUTS = (
    "input text number email url tel search color password hidden date datetime time file checkbox"
)
_MADE_HERE: dict[str, Callable[[Widget], SafeString]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS.split()},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
