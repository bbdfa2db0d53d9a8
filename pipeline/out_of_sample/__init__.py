"""New points on a map: transformed, in partitions, and the rows that `data.rows` left out."""
