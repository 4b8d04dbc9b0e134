"""Secrets are found nowhere: not in rows, logs, objects of the store, or the arguments of any process.

Looked for after the main job, whose spec has a secret that terraform makes up.
"""

import time

from alethia.embedded.stack import Stack

from .searching import Arguments, assert_absent, logs, objects, rows

Secrets = dict[str, str]


def test_no_row_holds_one(stack: Stack, secrets: Secrets) -> None:
    assert_absent(secrets, rows(stack))


def test_no_log_holds_one(stack: Stack, secrets: Secrets) -> None:
    time.sleep(1)

    assert_absent(secrets, logs(stack))


def test_no_object_of_the_store_holds_one(stack: Stack, secrets: Secrets) -> None:
    assert_absent(secrets, objects(stack))


def test_no_process_was_given_one_as_argument(secrets: Secrets, arguments: Arguments) -> None:
    assert any("terraform" in one and "apply" in one for one in arguments.seen)
    assert_absent(secrets, "\n".join(arguments.seen))


def test_no_scratch_of_a_runner_is_left(stack: Stack, secrets: Secrets) -> None:
    assert list(stack.data.runner_work.iterdir()) == []
