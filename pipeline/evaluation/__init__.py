"""What codes and maps get wrong, compared, as tables."""
