"""Foreign numbers in addresses: every rule of the map, every method, every place a number stands in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from werkzeug.routing import Rule

from core.web.pages import ANYONE

from .bodies import body_for
from .probe import Probe
from .site import Site, numbers_of, times_of, words_of
from .visitor import Answer, Visitor

FEW, MANY = 1, 40         # names tried for one rule: the bounded and the thorough probe


def rules(probe: Probe, audience: str) -> list[Rule]:
    """The rules of this side of the house, in the order of the map."""
    view = probe.app.view_functions
    return [r for r in probe.app.url_map.iter_rules()
            if getattr(view[r.endpoint], "audience", None) in (audience, "both") and probe.wants(r.endpoint)
            and not r.endpoint.endswith("static")]


def is_public(probe: Probe, endpoint: str) -> bool:
    """Whether the page is for everybody: it may show to a visitor what it shows to the tenant."""
    return bool(probe.app.view_functions[endpoint].needs == ANYONE)  # type: ignore[attr-defined]


def spelled(probe: Probe, rule: Rule, site: Site) -> Iterator[dict[str, str]]:
    """The names a rule can be asked with: those met on the way, otherwise all that are declared."""
    words = words_of(rule)
    pools = []
    for word in words:
        known = sorted(site.names.get((rule.endpoint, word), ())) or declared(probe, word)
        if not known:
            probe.blind.append(f"{rule.rule}: no value known for <{word}>")
            return
        pools.append(known)
    limit = MANY if probe.thorough else FEW
    for chosen in itertools.islice(itertools.product(*pools), limit):
        yield dict(zip(words, chosen, strict=True))


def declared(probe: Probe, word: str) -> list[str]:
    """Values for an argument nobody linked to, by what it is called; a name of a ledger for all others."""
    plugins = probe.plugins
    steps = [s.name for w in plugins.workflows.values() for s in w.steps]
    schemas = [each.settings_schema() for each in plugins.by_name.values()]
    named = {"workflow": plugins.workflows, "kind": plugins.import_kinds, "module": plugins.by_name, "step": steps,
             "token": ["0" * 43], "slug": [probe.foreign_slug], "key": ["accounts.session_hours"], "code": ["other"],
             "copy": ["0" * 12], "day": ["2026-01-31"], "plugin": plugins.optional,
             "setting": sorted({name for made in schemas if made for name in made().fields}),
             "name": plugins.ledgers, "template": plugins.notices, "report": plugins.reports}
    return sorted(named.get(word, ()))


def path_of(probe: Probe, rule: Rule, method: str, values: dict[str, Any]) -> str:
    return probe.app.url_map.bind("localhost").build(rule.endpoint, times_of(rule, probe.own.id) | values, method)


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def foreign_numbers(probe: Probe, site: Site) -> None:
    """Every rule with a number: the foreign one in each place, beside own ones in the others."""
    for rule in rules(probe, "tenant"):
        if not numbers_of(rule):
            continue
        for method in methods_of(rule):
            with probe.watched("path", f"{method} {rule.rule}"):
                blind = [_one_rule(probe, rule, method, words) for words in spelled(probe, rule, site)]
                if blind and all(blind):            # a record stands in one ledger: the others need not know it
                    probe.blind.append(blind[0])


def _one_rule(probe: Probe, rule: Rule, method: str, words: dict[str, str]) -> str:
    """Try one address; what it is when it does not react to the tenant's own record, else nothing."""
    numbers = numbers_of(rule)
    place = f"{method} {path_of(probe, rule, method, words | dict.fromkeys(numbers, 0))}"

    body = None if method == "GET" else body_for(probe, rule.endpoint, probe.own.id)

    def ask(values: dict[str, int], visitor: Visitor = probe.admin) -> Answer:
        return visitor.open(method, path_of(probe, rule, method, words | values), body)

    nothing = None
    for chosen in itertools.product((probe.foreign.id, probe.own.id), repeat=len(numbers)):
        if probe.foreign.id in chosen:
            held = dict(zip(numbers, chosen, strict=True))
            nothing = probe.compare("path", place, lambda number, held=held: ask(  # type: ignore[misc]
                {name: number if value == probe.foreign.id else value for name, value in held.items()}), probe.foreign.id)
    nobody = Visitor(probe.app, probe.admin.root)
    if not is_public(probe, rule.endpoint) and (method == "GET" or probe.thorough):
        probe.judge("visitor", place, ask(dict.fromkeys(numbers, probe.own.id), nobody), word=probe.own.word)
    own = ask(dict.fromkeys(numbers, probe.own.id))
    if own.status >= 500:
        probe.found("path", place, f"answers {own.status} for the tenant's own record")
    return place if nothing is not None and own.shape == nothing.shape else ""
