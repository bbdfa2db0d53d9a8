"""The engines beneath t-SNE and UMAP."""
