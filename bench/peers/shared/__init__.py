"""What django-tenants keeps outside the tenants: who they are."""
