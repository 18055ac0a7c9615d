"""The Django project: settings, URLs, middleware, home and reports."""
