"""What a reviewer may read where the track hides who applies. Pure.

What is shown is listed, so that an answer that is new to the form stays hidden until somebody
decides otherwise.
"""

from allocations.rules.questions import SECTION_OF, Question, Section

_SHOWN_PARTS = frozenset(
    {"track", "title", "abstract", "purpose", "months", "gpu_hours"}
)  # fmt: skip
_SHOWN_SECTIONS = frozenset(
    {Section.PROJECT, Section.RESOURCES, Section.DATA, Section.TRUSTWORTHY_AI, Section.PLAN}
)
SHOWN_QUESTIONS = frozenset(
    question
    for question, section in SECTION_OF.items()
    if section in _SHOWN_SECTIONS and question != Question.EARLIER_AWARDS
)


def is_shown_blind(path: tuple[str, ...]) -> bool:
    """Whether this answer, by where it stands, says nothing of who applies."""
    if path[0] == "answers":
        return len(path) > 1 and path[1] in SHOWN_QUESTIONS
    if path[0] == "sections":
        return len(path) > 2 and is_field_shown_blind(path[1], path[2])  # noqa: PLR2004
    return path[0] in _SHOWN_PARTS


def is_field_shown_blind(section: str, field: str) -> bool:
    """The same of one field of a section of the form."""
    return section in _SHOWN_SECTIONS and field != Question.EARLIER_AWARDS


def blind_file_name(reference: str, number: int, shown_name: str) -> str:
    """A name for an attachment that keeps nothing of its own but the kind of file."""
    ending = shown_name.rpartition(".")[2].lower()
    suffix = f".{ending}" if ending.isalnum() and len(ending) <= 4 else ""  # noqa: PLR2004
    return f"{reference}-{number}{suffix}"
