"""`juheli doctor`: looks at an installation the way somebody would who is called when it does not work.

Each check is a function that yields findings: how bad, what is wrong, what to do. A check that itself breaks is a finding.
Sentences are for the person at the shell, in English as everything there.
"""

from __future__ import annotations

from .checks import Finding, Patient, examine

__all__ = ["Finding", "Patient", "examine"]
