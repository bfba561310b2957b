"""The suite for the plugin whose name stands in JUHELI_CONTRACT: what `juheli plugin test` runs."""

from __future__ import annotations

import os

from core.testing.contract import contract_of

TestContract = contract_of(os.environ.get("JUHELI_CONTRACT", ""))
