"""Files that take longer than a page may: the worker makes them, and their owner fetches them."""
