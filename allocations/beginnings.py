"""A search for texts by how they begin, in which an index has the last word."""

import sys
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler


class BeginsInAnyCase(Lookup[bool]):
    """Whether a column begins with a text that is not empty; true where `istartswith` is.

    That asks with LIKE: PostgreSQL finds rows in a span of an index of `UPPER(column)`, and asks
    each of them once more. Here the span itself is asked for, by bytes.
    """

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """The span from the text to what no value that begins so can reach."""
        column, of_column = self.process_lhs(compiler, connection)
        text, of_text = self.process_rhs(compiler, connection)
        # No character of UTF-8 has higher bytes than the last. A value may have it, too, but not
        # the text and then as many as the column is long.
        longest = self.lhs.output_field.max_length
        span = (
            f"(UPPER({column}) ~>=~ UPPER({text}) AND"
            f" UPPER({column}) ~<~ (UPPER({text}) || repeat(chr({sys.maxunicode}), {longest})))"
        )
        return span, (*of_column, *of_text, *of_column, *of_text)
