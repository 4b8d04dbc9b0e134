"""Alethia in an AWS account: stacks, made from the same app and state machine that run on one laptop.

::

    main            deployment file → package → stack → cloud assembly
    synth           make synth: every stack, judged by nag and cfn-lint, in one table
    deploy          make deploy: account → judged stack → what changes → a yes → outputs
    deployment      what differs between two deployments, as one typed record
    vendoring       the lock → dependencies as Lambda's machine runs them
    packaging       app.py and chalicelib → two zips for Lambda, and what Chalice says of the app
    control_plane   the stack: constructs, and how they are joined
    grants          which function may do what: one table
    runner_stack    a runner in a customer's account; link_stack: the roles that let us in there
    constructs/     tables · store · issuer · runner · workflow · api · functions · …
    state_machines/ the state machines, as the embedded stack runs them too

Nothing here is imported at Lambda run time.
"""
