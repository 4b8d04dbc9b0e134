"""The ``alethia`` command. It speaks HTTP to an Alethia, and (``up``, ``demo``) runs one on this machine.

Exit codes: 0 done · 1 the job or run failed · 2 wrong usage · 3 the input is wrong · 4 refused as things
are now (stale plan, a run at work, a lock) · 5 not signed in or not allowed · 6 not found · 7 no answer ·
130 stopped with Ctrl-C.
"""

from .main import main

__all__ = ["main"]
