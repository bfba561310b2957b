"""What core promises its tenants of every plugin (core.testing.contract)."""

from __future__ import annotations

from core.testing.contract import contract_of

# tests/isolation and tests/core/custody probe and purge every plugin here in one go; browsers are dear
TestContract = contract_of("pairing", long=("Isolation", "Look", "Purging"))
