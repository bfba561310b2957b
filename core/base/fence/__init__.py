"""The tenancy fence, five layers deep; each is there because experiments got past the others.

1 orm        adds `tenant_id = …` (and the reader's subtrees) to whatever the ORM reads, updates or deletes
2 wall       refuses foreign objects in a session and foreign rows in a flush
3 guard      at compile time: every tenant table of a statement must be anchored to one tenant
4 execution  at run time: that one tenant is the scope's; text SQL states its reason
5 walls      in the database: triggers and authorizer (SQLite), forced row level security (PostgreSQL)

The experiments are tests/core/base/escapes; they run again with every new SQLAlchemy, whose private hooks
`_compose_select_body` and `_resolve_where_criteria` are used here.
"""
