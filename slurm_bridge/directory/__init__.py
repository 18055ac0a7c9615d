"""Where the UNIX users of a site live."""
