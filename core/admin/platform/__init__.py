"""The operators' console: onboarding wizard, list of tenants, suspend and resume. Pages of tenant 0 only."""
