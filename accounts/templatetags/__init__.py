"""Template filters that every page and mail has, without loading them."""
