"""Template filters of the allocations' pages and mails."""
