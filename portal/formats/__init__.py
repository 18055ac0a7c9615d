"""How dates read in each language; the rest is as Django has it."""
