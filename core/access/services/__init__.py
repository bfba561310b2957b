"""What can be done with roles and grants."""
