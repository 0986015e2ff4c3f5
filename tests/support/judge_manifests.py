"""What is wrong with manifests, in the eyes of kubernetes-validate and compose-spec.

A program for a Python of its own, which has them:

    PYTHON judge_manifests.py kubernetes|compose < DOCUMENTS

reads a JSON list of documents from stdin, and writes what it found as JSON.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASES = 6
"""Releases of Kubernetes that are asked, the newest last. Three of them are supported at a time."""


def _kubernetes(document: dict[str, Any]) -> Iterator[str | None]:
    import kubernetes_validate

    releases = list(dict.fromkeys(kubernetes_validate.utils.all_versions()))[-RELEASES:]
    for release in releases:
        try:
            kubernetes_validate.validate(document, release, strict=True)
        except (
            kubernetes_validate.ValidationError,
            kubernetes_validate.SchemaNotFoundError,
        ) as error:
            place = ".".join(map(str, getattr(error, "path", ())))
            yield f"{document['kind']} in {release}: {place}: {error.message}"
        else:
            yield None


def _compose(document: dict[str, Any]) -> Iterator[str | None]:
    import compose_spec

    try:
        read = compose_spec.PyCompose.from_json(json.dumps(document))
    except ValueError as error:
        yield str(error)
    else:
        yield None if read.services else "It has no service."


def main() -> None:
    """Judge what stdin has."""
    judge = {"kubernetes": _kubernetes, "compose": _compose}[sys.argv[1]]
    judgements = [finding for document in json.load(sys.stdin) for finding in judge(document)]
    json.dump(
        {"judgements": len(judgements), "findings": [one for one in judgements if one is not None]},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
