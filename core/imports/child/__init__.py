"""The limited process that opens untrusted files (see program.py). Nothing here may import the rest of the house."""
