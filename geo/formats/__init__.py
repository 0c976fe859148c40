"""Read and write map files, one module a format, every fault listed."""
