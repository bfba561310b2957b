"""What can be done with accounts: signing in, own settings, managing the accounts of a unit."""
