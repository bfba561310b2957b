"""What the API says of itself: exactly the modules that are on, every operation, and what is said is kept."""

from __future__ import annotations

import contextlib
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.testing.world import Program, World
from core.web.api import operation_of
from tests.core.access.units import build_units

HAN = re.compile("[\u3400-\u9fff]")
KEPT_TO = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
           response_schema_conformance]


@pytest.fixture
def program(world: World) -> Program:
    build_units(world)
    return world.program("east", *world.plugins.permissions)


def spec(program: Program, language: str = "zh") -> dict:
    return program.get("/openapi.json", headers={"Accept-Language": language}).json


def test_the_document_holds_every_operation_of_the_modules_that_are_on(world, program):
    document = spec(program)
    assert document["openapi"] == "3.1.0" and document["servers"] == [{"url": "/t/east/api/v1"}]
    operations = {o["operationId"].split(".")[0] + "." + o["operationId"].split(".")[1]
                  for methods in document["paths"].values() for o in methods.values()}
    with world.app.app_context():
        declared = {e.replace("_api.", ".") for e in world.app.view_functions if operation_of(e) is not None}
    assert operations == declared and len(document["paths"]) > 60
    ids = [o["operationId"] for methods in document["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids))


def test_a_module_that_is_off_is_not_in_the_document(world):
    world.open_tenant("bare", plugins=())
    bare = str(spec(world.program("bare", *world.plugins.permissions)))
    full = str(spec(world.program("east", *world.plugins.permissions)))
    for name in world.plugins.optional:
        assert f"{name}." not in bare
    assert [name for name in world.plugins.optional if f"{name}." in full]


def test_only_ledgers_and_steps_the_reader_may_use_are_told(world):
    paths = spec(world.program("east", "people.org.read"))["paths"]
    assert "/ledgers/people.orgs" in paths and "/ledgers/people.roster" not in paths
    assert not [path for path in paths if path.startswith("/records/notify.bulletin")]


def test_rows_of_lists_are_described_to_their_fields(program):
    paths = spec(program)["paths"]
    for path, field in (("/inbox", "due_on"), ("/notify/notices", "read_at")):
        told = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        row = told["properties"]["items"]["items"]
        assert field in str(row) or "$ref" in row, (path, row)


def test_words_are_in_the_readers_language(program):
    english = spec(program, "en")
    found = [o["summary"] for methods in english["paths"].values() for o in methods.values() if HAN.search(o["summary"])]
    assert found == []


def test_the_page_shows_it_without_a_script(world):
    page = world.browser("east").get("/api-docs/")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "/people/persons/{person_id}" in text and "If-Match" in text and "入党时间" in text
    assert world.browser("east").get("/api-docs/openapi.json").json["paths"]
    assert world.browser("east", None).get("/api-docs/").status_code == 303


def test_made_up_requests_are_answered_as_described(world, program, request, capsys):
    """Schemathesis over WSGI: no 500; status, type and body as the document has them. `--thorough` is the long form."""
    thorough = request.config.getoption("--thorough", default=False)
    headers = {"Authorization": f"Bearer {program.secret}"}
    schema = schemathesis.openapi.from_wsgi("/t/east/api/v1/openapi.json", app=world.app, headers=headers)
    tried, operations = [0], [found.ok() for found in schema.get_all_operations()]
    alike = [o for o in operations if o.path.startswith(("/ledgers/", "/records/"))]
    left_out = set() if thorough else {o.label for o in alike} - {o.label for o in alike[::6]}
    for operation in [o for o in operations if o.label not in left_out]:
        for mode in GenerationMode:
            _try(operation.as_strategy(generation_mode=mode), headers, 60 if thorough else 1, tried)
    with capsys.disabled():
        print(f"\nAPI: {tried[0]} made-up requests answered as described")
    assert tried[0] > 60


def test_an_answer_that_is_not_as_described_is_found(world, program):
    """The check has teeth: a planted field nobody told of."""
    headers = {"Authorization": f"Bearer {program.secret}"}
    schema = schemathesis.openapi.from_wsgi("/t/east/api/v1/openapi.json", app=world.app, headers=headers)
    view = world.app.view_functions["access_api.me"]

    def tells_more(**arguments):
        answer = view(**arguments)
        answer.data = answer.data.replace(b'{"tenant":', b'{"secret":1,"tenant":')
        return answer

    tells_more.needs, tells_more.audience, tells_more.operation = view.needs, view.audience, view.operation
    world.app.view_functions["access_api.me"] = tells_more
    with pytest.raises(FailureGroup):
        _try(schema["/me"]["GET"].as_strategy(), headers, 1, [0])


def _try(cases, headers: dict[str, str], many: int, tried: list[int]) -> None:
    @seeded(7)
    @settings(max_examples=many, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def ask(case):
        tried[0] += 1
        case.call_and_validate(headers=headers, checks=KEPT_TO)

    with contextlib.suppress(Unsatisfiable):        # nothing can be wrong about an operation without parameters
        ask()
