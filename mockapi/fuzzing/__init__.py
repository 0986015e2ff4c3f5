"""Requests and streams that break clients: strategies, cases, and the runner. Needs the extra `fuzz`."""
