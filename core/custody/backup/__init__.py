"""Backups of the whole installation: a folder with the database, the files and a manifest of hashes; never a key.

making     writing one, complete or not at all, and dropping old ones
restoring  looking one through, putting it in place, checking the result
engines    the database itself: SQLite's online backup, pg_dump and pg_restore
manifest   what a backup says about itself
"""
