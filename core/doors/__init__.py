"""The HTML door: which tenant, which modules, who asks, may they; then the view; then close."""
