"""A self-hosted runner: any machine that asks an Alethia for work, and does it with the same worker code.

::

    poll ──► offers ──► a slot each: a process that claims, works, reports (``runner_task``)
      ▲                                    │
      └──────── a slot is free ◄───────────┘

:mod:`.api` asks, :mod:`.slots` keeps the processes, :mod:`.loop` decides when. The machine needs a way out to
the API, to the store and to the cloud, and none in.
"""
