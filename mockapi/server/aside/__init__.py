"""Work that would hold up the event loop, done in processes of their own.

Parsing, validating, masking and counting a large body take seconds, and threads do not help: the
interpreter's lock is held meanwhile. So what is worked out of a large body, always by a pure
function of values, is worked out by a helper process, and the pipeline finds it done.

    size decides    `is_heavy`: what surely takes less than a few hundredths of a second stays here
    lazy, bounded   the first heavy body starts a process; there are `MOST` at most
    robust          a process that dies, hangs or cannot be started costs nothing but time: the
                    function runs on a thread
    gone in the end with the server, with this process, and when this process is killed
"""

from mockapi.server.aside._pool import Helpers
from mockapi.server.aside._size import SURELY_LIGHT, is_heavy

__all__ = ["SURELY_LIGHT", "Helpers", "is_heavy"]
