"""Alethia in an AWS account: stacks, made from the same app and state machine that run on one laptop.

::

    main            deployment file → package → stack → cloud assembly
    deployment      what differs between two deployments, as one typed record
    packaging       app.py and chalicelib → one zip for Lambda, and what Chalice says of the app
    control_plane   the stack: constructs, and how they are joined
    grants          which function may do what: one table
    constructs/     tables · store · issuer · runner · workflow · api · functions
    state_machines/ the state machine, as the embedded stack runs it too

Nothing here is imported at Lambda run time.
"""
