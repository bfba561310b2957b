"""Foreign numbers in what is posted: every field of every form that the admin of a tenant meets."""

from __future__ import annotations

from itertools import islice
from typing import Any

from core.web.api import ROOT

from .addresses import declared, methods_of, path_of, rules, spelled
from .bodies import NAMED, made_up, operations, schema_of
from .probe import Probe
from .site import Form, Site, numbers_of
from .visitor import Answer

UNTOUCHED = frozenset({"accounts.sign_out", "accounts.end_everywhere"})
OWNERSHIP = ("tenant_id", "id", "owner_id", "user_id", "org_id", "person_id", "record_id", "parent_id", "role_id")
BOUNDED = 2         # fields tried per form by the bounded probe, those that look like references first


def foreign_fields(probe: Probe, site: Site) -> None:
    """Each field in turn holds the foreign number; and one post claims to belong to the other tenant altogether."""
    for form in _forms(probe, site):
        with probe.watched("body", f"POST {form.path}"):
            fields = sorted(form.fields, key=lambda name: (not name.endswith(("_id", "ids", "id")), name))
            for name in fields if probe.thorough else fields[:BOUNDED]:
                _one_field(probe, form, name)
            _claims(probe, form)


def _forms(probe: Probe, site: Site) -> list[Form]:
    """All forms; for the bounded probe one of each kind (every ledger has the same five)."""
    wanted = [form for form in site.forms.values() if form.endpoint not in UNTOUCHED and probe.wants(form.endpoint)]
    alike = {(form.endpoint, frozenset(form.fields)): form for form in wanted}
    return wanted if probe.thorough else list(alike.values())


def _post(probe: Probe, form: Form, extra: dict[str, str]) -> Answer:
    once = {name: "" for name in form.fields if name == "once_key"}     # the same form is posted many times
    return probe.admin.open("POST", form.path, {**form.fields, **once, **extra})


def _one_field(probe: Probe, form: Form, name: str) -> None:
    probe.compare("body", f"POST {form.path} {name}", lambda number: _post(probe, form, {name: str(number)}), probe.foreign.id)


def _claims(probe: Probe, form: Form) -> None:
    """Fields a form does not have: whose the record is, which record it is."""
    claimed = {name: str(probe.foreign.id) for name in OWNERSHIP if name not in form.fields}
    claimed["tenant_id"] = str(probe.foreign.tenant_id)
    probe.judge("extra fields", f"POST {form.path}", _post(probe, form, claimed))


def foreign_bodies(probe: Probe) -> None:
    """Operations of the API at an own record: every field that may name a record holds the foreign number."""
    for method, template, operation in operations(probe):
        schema = schema_of(operation)
        if schema is not None and probe.wants(operation["operationId"].replace(".", "_api.", 1)):
            path = ROOT + NAMED.sub(lambda named, said=operation: _value(probe, named[1], said), template)  # type: ignore[misc]
            with probe.watched("program", f"{method} {template}"):
                probe.compare("program", f"{method} {template}", lambda number, how=method, where=path, what=schema: (  # type: ignore[misc]
                    probe.admin.open(how, where, made_up(what, number))), probe.foreign.id)


def _value(probe: Probe, name: str, operation: dict[str, Any]) -> str:
    """What stands in an address: the own record, or a word that is declared."""
    numbers = {p["name"] for p in operation["parameters"] if p["in"] == "path" and p["schema"].get("type") == "integer"}
    return str(probe.own.id) if name in numbers else next(iter(declared(probe, name)), "none")


def empty_posts(probe: Probe, site: Site) -> None:
    """Addresses that take posts without a form we met: nothing, and only foreign numbers, as body."""
    met = {form.endpoint for form in site.forms.values()}
    for rule in rules(probe, "tenant"):
        if "POST" not in methods_of(rule) or rule.endpoint in met | UNTOUCHED:
            continue
        with probe.watched("body", f"POST {rule.rule}"):
            for words in islice(spelled(probe, rule, site), 1):
                own = path_of(probe, rule, "POST", words | dict.fromkeys(numbers_of(rule), probe.own.id))
                body = dict.fromkeys((*OWNERSHIP, "ids", "chosen"), str(probe.foreign.id))
                probe.judge("body", f"POST {own}", probe.admin.open("POST", own, body))


def foreign_proof(probe: Probe, site: Site, stranger: str) -> None:
    """A CSRF proof of the other tenant's page, and none at all, on every post: nothing happens."""
    for rule in rules(probe, "tenant"):
        if "POST" not in methods_of(rule) or rule.rule.startswith(ROOT):
            continue                # no cookie opens the API: there is nothing to forge a request with
        place = f"POST {rule.rule}"
        for words in islice(spelled(probe, rule, site), 1):
            path = path_of(probe, rule, "POST", words | dict.fromkeys(numbers_of(rule), probe.own.id))
            for proof in (stranger, ""):
                answer = probe.admin.open("POST", path, {"x": "1"}, csrf=proof)
                probe.judge("csrf", place, answer)
                if answer.status not in (400, 404, 405):
                    probe.found("csrf", place, f"a post with the proof of another tenant is answered {answer.status}")
    probe.restore()
