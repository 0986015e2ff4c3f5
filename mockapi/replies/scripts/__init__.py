"""Scripts: replies that a test chooses, in sequence or by condition on the request.

`parse_script` reads and checks the JSON; `ScriptState` is a script with what was used of it, a value;
`plan_of` makes what a reply says into a plan, which the writer of synthesized replies writes.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.replies.scripts._conditions import Condition
    from mockapi.replies.scripts._parse import parse_script
    from mockapi.replies.scripts._plans import plan_of
    from mockapi.replies.scripts._script import (
        NO_REPLY,
        UNCONDITIONAL,
        Chooser,
        NoReply,
        Script,
        Scripted,
        ScriptState,
    )

__all__ = [
    "NO_REPLY",
    "UNCONDITIONAL",
    "Chooser",
    "Condition",
    "NoReply",
    "Script",
    "ScriptState",
    "Scripted",
    "parse_script",
    "plan_of",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_conditions": "Condition",
        "_parse": "parse_script",
        "_plans": "plan_of",
        "_script": "NO_REPLY UNCONDITIONAL Chooser NoReply Script ScriptState Scripted",
    },
)
