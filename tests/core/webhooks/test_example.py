"""What we hand to receivers: the program of docs/examples, run as its reader would, and the catalogue of the docs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from core.webhooks import services
from core.webhooks.docs import TARGET, main, page
from core.webhooks.guard import Policy, use_policy
from core.webhooks.models import DELIVERED, FAILED
from tests.architecture.tree import ROOT

EXAMPLE = ROOT / "docs/examples/webhook_receiver.py"


def test_the_receiver_of_the_docs_takes_what_is_genuine_once_and_nothing_else(desk):
    environment = {**os.environ, "JUHELI_WEBHOOK_SECRET": desk.secret}
    use_policy(Policy(loopback=True))
    with subprocess.Popen([sys.executable, str(EXAMPLE), "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as program:
        port = program.stdout.readline().removeprefix("listening on ").strip()
        desk.act(services.update_hook, url=f"http://127.0.0.1:{port}/")
        desk.tell(7)
        desk.world.run_jobs()
        desk.attempt_again()
        stranger, _secret = desk.make(url=f"http://127.0.0.1:{port}/", name="another secret")
        with desk.world.inside("east") as ctx:
            services.ping(ctx, stranger)
        desk.world.run_jobs()
        program.terminate()
        said, refused = program.communicate(timeout=20)
    [event] = map(json.loads, said.splitlines())
    own, pinged = desk.rows()
    assert event["id"] == f"msg_{own.id}" and event["data"] == {"org_id": 7, "parent_id": 0} and len(own.tries) == 2
    assert refused == "refused: signature\n" and (own.state, pinged.state, pinged.status) == (DELIVERED, FAILED, 401)


def test_the_catalogue_of_the_docs_is_that_of_the_code(plugins, tmp_path, capsys):
    text = TARGET.read_text("utf-8")
    assert text == page(text, plugins), "run: python -m core.webhooks.docs"
    copy = tmp_path / "webhooks.md"
    copy.write_text("# before\n", "utf-8")
    main(copy)
    assert "**`people.person.moved`**" in copy.read_text("utf-8") and "kinds of events" in capsys.readouterr().out
