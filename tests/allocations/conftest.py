"""What tests of the domain and its API may ask for."""

from tests.allocations.bridge_caller import charleroi, zellik

__all__ = ["charleroi", "zellik"]
