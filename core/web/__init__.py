"""The page kit: what views of modules and plugins use."""

from __future__ import annotations

from .pages import ANYONE, SIGNED_IN, Pages, back, ctx, done, go, render, safe_next, warn

__all__ = ["ANYONE", "SIGNED_IN", "Pages", "back", "ctx", "done", "go", "render", "safe_next", "warn"]
