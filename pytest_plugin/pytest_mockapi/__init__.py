"""The pytest plugin of mockapi: the fixture `messages_api`. docs/pytest.md tells how to use it.

PYTEST_DONT_REWRITE: see `_finder`.
"""
