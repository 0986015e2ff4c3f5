"""Readers of streams, broken and correct, that were written without sight of the cases and of the generator."""
