"""Scripts: replies that a test chooses, in sequence or by condition on the request.

`parse_script` reads and checks the JSON; `Running` is a script with what was used of it, a value;
`plan_of` makes what a reply says into a plan, which the writer of synthesized replies writes.
"""

from mockapi.replies.scripts._parse import parse_script
from mockapi.replies.scripts._plans import plan_of
from mockapi.replies.scripts._script import NO_REPLY, Chooser, Running, Script, Scripted

__all__ = ["NO_REPLY", "Chooser", "Running", "Script", "Scripted", "parse_script", "plan_of"]
