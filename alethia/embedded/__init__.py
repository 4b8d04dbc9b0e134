"""Alethia on one machine: the same app, the same state machine and the same runner, on loopback.

::

    stack.py            starts and stops everything below, in order
    ├── customer cloud  an emulated AWS account that terraform provisions (customer_cloud/)
    └── control_plane.py
        ├── ministack   an emulated AWS: tables, store, keys, secrets, Step Functions, Lambda, ECS
        ├── provision.py  what the CDK stack would create there (idempotent, at each start)
        ├── server.py   the Chalice app behind a WSGI server
        ├── agent.py    plays ECS: a process for each task, and an event when it ends
        └── schedule.py plays EventBridge: rings the reconciler

Every long-lived child is started through :mod:`.child`, so that none outlives the stack.
"""
