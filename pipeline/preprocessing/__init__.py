"""From a source to a dataset: split, sampled, scaled."""
