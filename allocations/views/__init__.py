"""Pages: each view loads with permission, validates a form, calls one action and answers."""
