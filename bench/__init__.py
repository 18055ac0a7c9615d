"""Benchmarks: each prints a table and stores its figures in bench/results.json."""
