"""Append-only, hash-chained record of what was done, per tenant. The pages that show it live in core.admin."""
