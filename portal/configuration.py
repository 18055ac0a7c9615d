"""Reads the portal's settings, and says of everything that is wrong with them what it is."""

import os
from collections.abc import Mapping

from pydantic import ValidationError

from portal.environment import Environment
from portal.environment_names import PREFIX, unknown_names
from portal.environment_rules import broken_rules


class ConfigurationError(Exception):
    """The portal cannot start as it is configured; `problems` are sentences that name variables."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """The settings, or every reason why they cannot be used, each with its variable's name."""
    misspelt = unknown_names(variables, Environment.model_fields)
    try:
        environment = Environment()
    except ValidationError as error:
        raise ConfigurationError(misspelt + _explained(error)) from None
    problems = misspelt + broken_rules(environment)
    if problems:
        raise ConfigurationError(problems)
    return environment


def _explained(error: ValidationError) -> list[str]:
    return [
        _sentence(fault["loc"], fault["msg"].removeprefix("Value error, "))
        # Without the input, which may be a secret.
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    field, *inside = (str(part) for part in location)
    place = f" (at {'.'.join(inside)})" if inside else ""
    return f"{PREFIX}{field.upper()}{place}: {message}"
