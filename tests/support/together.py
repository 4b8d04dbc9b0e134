"""Which files share a worker where tests run side by side (``make test``): those that share something costly.

An embedded stack takes 13 s of processor to start, and the CDK's engine 8 s before its first synthesis. Each
worker has fixtures of its own: what uses the same ones goes to one worker, in this order, the longest first.
"""

from pathlib import Path
from typing import Any

import pytest

TOGETHER = {
    "main job": ("test_main_job.py", "test_secrets.py"),  # first: it begins with an empty account
    "lost runners": ("test_lost_runners.py",),
    "teams": ("test_teams.py",),
    "workers": ("test_workers.py",),
    "clouds": ("test_clouds.py",),
    "synthesis": (
        "test_commands.py",
        "test_link_stack.py",
        "test_runner_stack.py",
        "test_control_plane_stack.py",
        "test_control_plane_rights.py",
        "test_alarms.py",
        "test_sign_in.py",
        "test_customer_access.py",
        "test_grants.py",
        "test_grants_enforced.py",
        "test_packaging.py",
        "test_restored_tables.py",
        "test_summaries.py",
        "test_deploy_emulated.py",
    ),
    "stacks": ("test_stacks.py",),
}
GROUP = {file: group for group, files in TOGETHER.items() for file in files}
ORDER = list(GROUP)


def place(item: pytest.Item) -> int:
    """Where a test's file stands in the order; files that are not named come last."""
    return ORDER.index(item.path.name) if item.path.name in ORDER else len(ORDER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``--dist loadfile``, but for files that are together. (xdist's groups are lost on pytest 9.)"""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return GROUP.get(Path(file).name, file)

    return Together(config, log) if config.getvalue("dist") == "loadfile" else None
