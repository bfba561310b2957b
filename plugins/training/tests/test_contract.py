"""What core promises its tenants of every plugin (core.testing.contract)."""

from __future__ import annotations

from core.testing.contract import contract_of

# the probe of tests/isolation covers every plugin here in one go; browsers are dear
TestContract = contract_of("training", long=("Isolation", "Look"))
