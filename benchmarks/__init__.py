"""One script a question, each printing what was measured beside its peer in one run."""
