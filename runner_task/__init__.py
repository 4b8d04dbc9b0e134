"""The runner: one process for one job. The only place that starts terraform.

::

    __main__      environment → settings → run → exit code
    job           claims the job, walks its steps, reports; every failure becomes one plain sentence
    steps/        the steps, and the table of which job type has which
    context       what the steps of one job share
    api           the control plane over HTTPS       link      heartbeats, logs and events, in the background
    vault         seals, uploads, opens objects      journal   numbered chunks and events, until acknowledged
    state_session terraform's state, by way of API   loopback  the small HTTP server that terraform talks to
    terraform     argv, child environment, signals   events    terraform's -json stream
    workspaces    templates initialised beforehand   artifact  the archive that a DEPLOY applies
    clouds/       the customer's account, by cloud   masking   no secret in any line that leaves

A runner states facts. It holds a token for its one job and nothing else of value; statuses are the control
plane's.
"""
