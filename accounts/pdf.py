"""A page as a tagged PDF."""


def pdf_of(page: str) -> bytes:
    """The PDF of an HTML page; it takes seconds: for the worker, never for a page."""
    # Loading it takes a second and much memory, which the processes of the web server do not need.
    from weasyprint import HTML  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # Nothing is fetched: what the page shows is in it.
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    pdf: bytes = HTML(string=page, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
    return pdf
