"""Intervals, simultaneous intervals, p-values and registration."""
