"""Making a new plugin that passes the contract suite at once: `juheli plugin new NAME`. The files are in `files/`."""

from __future__ import annotations
