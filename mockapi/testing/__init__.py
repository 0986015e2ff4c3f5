"""What a test holds in its hand: a session of a running server, to be scripted and asserted on.

`Session` is made by `Server.open_session` and by the pytest fixture `messages_api`; nothing here
knows of pytest. The other names are the types of what it gives back and of what it takes.
"""

from typing import TYPE_CHECKING

from mockapi._lazy import lazy_exports

if TYPE_CHECKING:
    from mockapi.testing._normal import normalized
    from mockapi.testing._options import ConditionKeywords, ErrorKeywords, ReplyKeywords, SessionKeywords
    from mockapi.testing._received import ParsedRequest, ReceivedRequest
    from mockapi.testing._replies import Conversation, When
    from mockapi.testing._server import Server
    from mockapi.testing._session import Session
    from mockapi.testing._thread import ServerThread

__all__ = [
    "ConditionKeywords",
    "Conversation",
    "ErrorKeywords",
    "ParsedRequest",
    "ReceivedRequest",
    "ReplyKeywords",
    "Server",
    "ServerThread",
    "Session",
    "SessionKeywords",
    "When",
    "normalized",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "_normal": "normalized",
        "_options": "ConditionKeywords ErrorKeywords ReplyKeywords SessionKeywords",
        "_received": "ParsedRequest ReceivedRequest",
        "_replies": "Conversation When",
        "_server": "Server",
        "_session": "Session",
        "_thread": "ServerThread",
    },
    renamed={"Asked": "ParsedRequest", "Received": "ReceivedRequest"},
)
