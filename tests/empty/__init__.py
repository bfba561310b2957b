"""A package without any of the files a module may have."""
