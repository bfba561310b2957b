"""Work done later: rows written with the change, run by threads of the web process or by workers."""
