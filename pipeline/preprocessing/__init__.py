"""From a source to a dataset: sampling, split, scaling."""
