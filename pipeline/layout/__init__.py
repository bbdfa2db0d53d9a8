"""The affinities of t-SNE and UMAP."""
