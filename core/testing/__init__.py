"""The testing kit for core and for plugin authors: `pytest_plugins = ["core.testing.fixtures"]`."""
