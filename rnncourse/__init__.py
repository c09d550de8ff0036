"""Recurrent networks in NumPy, written to be read."""
