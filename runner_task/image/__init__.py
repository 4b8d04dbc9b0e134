"""The runner's container image: what is in it, and the program that puts it together.

::

    pins.json     the base image, each tool's version and sha256, where each provider is released
    pins          reads it
    locks         the templates' provider locks: version and hashes of each provider
    downloads     fetches a release and refuses any other bytes than the pinned ones
    providers     the filesystem mirror, in the form in which terraform can verify it
    __main__      ``python -m runner_task.image``, which the Dockerfile runs

Standard library only, and nothing else of the runner: it runs in the build, before there are any packages.
"""
