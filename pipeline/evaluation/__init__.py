"""The evaluation of codes and maps, as tables: measures, comparisons, clusters, reconstruction."""
