"""The tables of one tenant, as Django models: members and their branches, and as many others as Juheli has."""
