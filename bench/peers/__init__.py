"""What a user would pick instead: each peer is a script of its own, run by an environment of its own (bench/environments.py).

A script prepares itself, prints `ready`, and then answers each line of its standard input with one line: what it was asked for
(`page`, or `tenant NAME`) is done when the line comes. None of them is part of the product, nor of its lock files.
"""
