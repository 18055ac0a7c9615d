"""The rules of the domain: pure functions, without database, clock or network."""
