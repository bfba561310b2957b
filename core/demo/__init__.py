"""Demo tenants, made from the figures of the seeds, never from real persons."""
