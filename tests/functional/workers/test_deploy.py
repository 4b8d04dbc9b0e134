"""A runner deployed into a customer's account, by one job."""

from tests.support.workers import IMAGE, Workers


def test_from_the_request_to_a_runner_that_takes_jobs(workers: Workers) -> None:
    assert workers.do("deploy") == "SUCCESS"
    assert workers.worker.status == "READY"
    assert workers.worker.image == IMAGE
    assert workers.its_credential_counts()
    assert not any(workers.reconcile().model_dump().values())


def test_destroy(workers: Workers) -> None:
    workers.do("deploy")
    assert workers.do("destroy") == "SUCCESS"
    assert workers.runner is None
