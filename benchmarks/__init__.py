"""One script for each question. Each prints our figure and another tool's, from the same run."""
