"""Demo tenants, made from the figures of the seeds, never from real persons.

The data stand in `tenants/demo/`. Here is what makes tenants of them: `blueprint` reads, `crowd` makes up members,
`small` writes a tenant by the services people use, `large` writes a hundred thousand members in bulk, `load` goes on
where an earlier run was interrupted, `accounts` lists who may sign in, `exposure` keeps public passwords at home.
"""
