"""What two workers say to each other: a message is a tuple, and the first value in it is its kind.

One worker has taken a request and asks (`Link`); the other one has the session and answers (`Door`). Behind
the kind stands the number of what was asked, which an answer and the word of its end repeat.

    asks       (MESSAGE, number, edition, place, what is new there or None, body)
               (ANSWER, number, edition, session's id, request, address, hint)
    answers    (NAMED, number, recording's number, epoch or None)
               (REPLY, number, reply, epoch or None, recording's number or None)
               (TURNED_AWAY, number, reply)
               (FORWARD, number, whether the upstream's answer is to be kept)
    tells      (PLAYED, [number, seconds, number, seconds, ...])
               (ENDED, number, whether it was sent whole, seconds)
               (FORWARDED, number, when the request came, reply, whether it was sent whole)
    asks more  (KEEP, number, number of the request, interaction)
               (CALL, number, name, arguments)
    answers    (RESULT, number, whether it was done, value or error)
"""

from __future__ import annotations

from typing import Final

ANSWER: Final = 0  # what does this session answer? -> REPLY, NAMED, FORWARD, or TURNED_AWAY
REPLY: Final = 1  # this, to be played; the epoch in which it is free, and the number it has, or None
FORWARD: Final = 2  # let the upstream answer
ENDED: Final = 3  # the reply was played; so it went
FORWARDED: Final = 4  # the upstream has answered this
KEEP: Final = 5  # write down what the upstream answered -> RESULT
CALL: Final = 6  # anything else, by name -> RESULT
RESULT: Final = 7  # of a call: what it returns, or what it raises
MESSAGE: Final = 8  # as ANSWER, for a message; whoever may not ask has been turned away
NAMED: Final = 9  # as REPLY, by its number
PLAYED: Final = 10  # as ENDED, of replies that were played whole
TURNED_AWAY: Final = 11  # as REPLY, where no session has given it
