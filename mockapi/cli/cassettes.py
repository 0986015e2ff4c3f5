"""`mockapi cassettes`: the group of commands on recordings."""

from __future__ import annotations

from mockapi.cli import LazyGroup

command = LazyGroup(
    {
        "show": ("mockapi.cli.cassettes_show", "Read a recording: conversation, reply, usage, timing."),
        "view": ("mockapi.cli.cassettes_view", "Write recordings as a page that needs no server."),
        "lint": ("mockapi.cli.cassettes_lint", "Check format, digests, secrets and stream grammar."),
        "reseal": ("mockapi.cli.cassettes_reseal", "Accept an edit: make the digests true again."),
        "prune": ("mockapi.cli.cassettes_prune", "Drop unused recordings."),
        "import": ("mockapi.cli.cassettes_import", "Bring recordings of other tools."),
        "export": ("mockapi.cli.cassettes_export", "Write recordings for other tools to read."),
        "migrate": ("mockapi.cli.cassettes_migrate", "Carry recordings over a rename in your program."),
    },
    name="cassettes",
    help="Look at, check and mend recordings.",
)
