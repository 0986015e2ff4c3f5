"""Drivers for clients of the API and for event-stream decoders: each a program of its own.

`mockapi conformance run --driver NAME` runs one of these by its name; any other program that
speaks the same lines will do as well.
"""
