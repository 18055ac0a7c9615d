"""What people and sites wrote, made safe for a spreadsheet that opens it as CSV. Pure."""

import re

# A cell that begins with one of these is a formula to a spreadsheet.
_SIGN = r"[=+\-@＝＋－＠]"
_AT_START = re.compile(rf"[\t\r\n]|\s*{_SIGN}")
# Our files use commas; where the comma is a decimal point, as in Belgium, spreadsheets begin a new
# cell at a semicolon instead.
_FURTHER_ON = re.compile(rf"""([;\t\r\n][\s"']*)(?={_SIGN})""")


def safe_cell(value: object) -> object:
    """The value, with an apostrophe before all that a spreadsheet would take for a formula."""
    if not isinstance(value, str):
        return value
    text = _FURTHER_ON.sub(r"\1'", value)
    return f"'{text}" if _AT_START.match(text) else text
