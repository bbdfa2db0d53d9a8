"""What every process needs: errors and exits, progress, whole files, threads, a cluster."""
