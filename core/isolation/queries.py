"""Foreign numbers and words in queries: filters, search boxes, pickers, exports, imports."""

from __future__ import annotations

import io
from urllib.parse import quote

from core.ledgers.filters import filters_of, keys_of
from core.web.api import ROOT
from core.web.pickers import kinds

from .addresses import path_of, rules, spelled
from .probe import Probe
from .site import Site, numbers_of

FREE = ("q", "id", "ids", "org", "person", "next", "view", "ind", "sort", "page")


def foreign_filters(probe: Probe, site: Site) -> None:
    """Every key a page was ever linked with, and those of all ledgers, asked with the foreign number."""
    for rule in rules(probe, "tenant"):
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "accounts.sign_out"):
            continue
        for words in spelled(probe, rule, site):
            path = path_of(probe, rule, "GET", words | dict.fromkeys(numbers_of(rule), probe.own.id))
            for key in sorted(site.keys.get(rule.endpoint, set()) | (set(FREE) if probe.thorough else set())):
                _ask(probe, path, key)


def foreign_ledger_rows(probe: Probe) -> None:
    """Every ledger: its rows, each of its filters, a search for the foreign word, its exports."""
    for name, ledger in probe.plugins.ledgers.items() if probe.wants("ledgers.show") else ():
        path = f"/ledgers/{name}/"
        filters = [f for f in filters_of(ledger) if probe.thorough or f.kind == "org"]
        for key in dict.fromkeys((*(key for item in filters for key in keys_of(item)), *(("view",) if probe.thorough else ()))):
            _ask(probe, path, key)
        for key in [key for item in filters if item.kind == "org" for key in keys_of(item)[:1]]:
            _ask(probe, f"{ROOT}/ledgers/{name}", key)
        lists = (f"{path}?q={quote(probe.foreign.word)}&size=200", f"{ROOT}/ledgers/{name}?q={quote(probe.foreign.word)}")
        for page in (*lists, *((path, f"{path}print") if probe.thorough else ())):
            probe.cases["search"] += 1
            _no_other_word(probe, "search", f"GET {page}", probe.admin.open("GET", page).text)
        for form in ("csv", "xlsx") if probe.thorough else ("xlsx",):
            probe.judge("export", f"POST {path}export {form}", probe.admin.open("POST", f"{path}export", {"format": form}))


def _ask(probe: Probe, path: str, key: str) -> None:
    address = f"{path}?{key}="
    probe.compare("filter", f"GET {address}", lambda number: probe.admin.open("GET", f"{address}{number}"), probe.foreign.id)


def _no_other_word(probe: Probe, kind: str, place: str, text: str) -> None:
    """The foreign word, other than where the page repeats what was typed: then a table's name follows it."""
    typed = probe.foreign.word.lower()
    if any(f"{typed}{table}" in text.lower() for table in probe.mine):
        probe.found(kind, place, "shows a foreign record")


def foreign_search(probe: Probe, site: Site) -> None:
    """Whatever can be searched, asked for the foreign word and for parts of it."""
    boxes = ["/search/?q=", *(f"/look/pick/{kind}?q=" for kind in kinds())]
    boxes += [f"{path_of(probe, rule, 'GET', {})}?q=" for rule in rules(probe, "tenant")
              if not rule.arguments and "q" in site.keys.get(rule.endpoint, ())]
    for box in dict.fromkeys(boxes):
        for text in (probe.foreign.word, probe.foreign.word[:5], probe.foreign.word[:2], str(probe.foreign.id)):
            answer = probe.admin.open("GET", box + text)
            probe.cases["search"] += 1
            if answer.status >= 500:
                probe.found("search", box, f"answers {answer.status}")
            _no_other_word(probe, "search", box, answer.text)


def foreign_imports(probe: Probe) -> None:
    """Each kind of sheet with the foreign word in every column, uploaded and checked: it names nothing here."""
    for kind in probe.plugins.import_kinds.values():
        with probe.watched("import", kind.name):
            names = [str((field.metadata.get("ui") or {}).get("label") or key) for key, field in kind.schema().fields.items()]
            lines = [",".join(names)]
            word = probe.foreign.word
            for value in (f"{word}people_org_unit", str(probe.foreign.id), f"{word}people_person"):
                lines.append(",".join([value] * len(names)))
            upload = (io.BytesIO("\n".join(lines).encode("utf-8-sig")), "foreign.csv")
            answer = probe.admin.open("POST", f"/imports/new/{kind.name}", {"file": upload})
            probe.judge("import", kind.name, answer, word=f"{word}liaison")
            batch = answer.location.partition("/imports/")[2]
            if batch.isdigit():
                seen = probe.admin.open("GET", f"/imports/{batch}")     # repeats the words that were uploaded, knows no others
                probe.judge("import", f"{kind.name} preview", seen, word=f"{word}liaison")
                done = probe.admin.open("POST", f"/imports/{batch}/commit", {"mode": "all"})
                probe.judge("import", f"{kind.name} commit", done)
