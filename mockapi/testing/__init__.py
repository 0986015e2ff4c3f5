"""What a test holds in its hand: a session of a running server, to be scripted and asserted on.

`Session` is made by `Server.open_session` and by the pytest fixture `messages_api`; nothing here
knows of pytest. The other names are the types of what it gives back.
"""

from mockapi.testing._live import Conversation, When
from mockapi.testing._normal import normalized
from mockapi.testing._received import Asked, Received
from mockapi.testing._session import Session

__all__ = ["Asked", "Conversation", "Received", "Session", "When", "normalized"]
