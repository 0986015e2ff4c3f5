"""How many examples a property test tries, by tier: MOCKAPI_EXAMPLES is `few`, `all` or `many`.

The default run tries few, because it is run often and every run draws new ones. `.ci/run` tries all, and
`.ci/nightly` many.
"""

from __future__ import annotations

import os

_FACTORS = {"few": 0.15, "all": 1.0, "many": 10.0}
_FEWEST = 10  # fewer would not reach the second branch of a strategy


def examples(wanted: int = 100) -> int:
    """Scale a number of examples to the tier that runs.

    Args:
        wanted: how many `.ci/run` tries.
    """
    tier = os.environ.get("MOCKAPI_EXAMPLES", "few")
    return max(min(wanted, _FEWEST), round(wanted * _FACTORS[tier]))
