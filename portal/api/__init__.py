"""The API with which people's programs read the figures that they may see; it changes nothing."""
