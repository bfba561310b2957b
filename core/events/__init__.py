"""Telling other modules what happened: one job per consumer, written with the change."""
