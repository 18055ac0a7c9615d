"""What the long form asks, section by section. Pure."""
