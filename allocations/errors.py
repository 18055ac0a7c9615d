"""What an action refuses, in a sentence that a person can act on."""


class AllocationsError(Exception):
    """Base of this package's errors; its text is shown to people.

    AllocationsError
    ├── StateError       the object has moved on: reload the page
    ├── IncompleteError  something is missing: fill it in
    └── RefusedError     the rules do not allow it: ask for something else
        └── MemberError  because of one member of an account
    """


class StateError(AllocationsError):
    """The step does not fit the state the object is in now."""


class IncompleteError(AllocationsError):
    """Something is missing; `missing` lists what, in words for the applicant."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


class RefusedError(AllocationsError):
    """A rule does not allow it; `field` names what was asked for too much, if one thing was."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class MemberError(RefusedError):
    """Something is wrong with what was said of one member; `username` says of whom."""

    def __init__(self, username: str, message: str) -> None:
        super().__init__(message)
        self.username = username
