"""Confidence intervals, simultaneous intervals, p-values, and Procrustes registration."""
