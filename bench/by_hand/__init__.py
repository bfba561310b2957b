"""The pages and the API as somebody would write them for one project, by hand: the floor that the benches measure against.

They do the same job (tenant, session, grants, the same rows and columns, the same markup) and nothing else: no fence, no row
level security (their role bypasses it), no hooks, no log line, no protection of forms, no memory between requests.
"""

from __future__ import annotations
