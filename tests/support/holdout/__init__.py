"""Readers of streams, broken and correct, written without sight of the cases and of the generator."""
