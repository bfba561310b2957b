"""Doing: every service authorises, writes and leaves an audit row."""

from __future__ import annotations
