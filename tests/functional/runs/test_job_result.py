"""A typed result stands beside its job, and is shown where one job is read."""

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.results import ConnectionResult, JobResult, MissingPermission, ResourcesResult
from chalicelib.domain.words import CloudProvider, JobType
from chalicelib.services.ports.jobs import JobRecord
from chalicelib.services.ports.ledger import CreateJob, StoreResult
from tests.support.api import Api
from tests.support.builders import NOW
from tests.support.runs import World

CONNECTION = ConnectionResult(
    provider=CloudProvider.AWS,
    account_id="000000000000",
    permissions_checked=2,
    missing=[MissingPermission(action="ec2:CreateVpc")],
)
RESOURCES = ResourcesResult.model_validate(
    {"provider": "aws", "resources": {"regions": [], "networks": [], "hosted_zones": []}}
)


@pytest.mark.parametrize(
    ("job_type", "result"),
    [(JobType.CONNECTION_TEST, CONNECTION), (JobType.FETCH_RESOURCES, RESOURCES)],
    ids=["connection", "resources"],
)
def test_a_result_is_read_back_as_it_was_reported(world: World, job_type: JobType, result: JobResult) -> None:
    from app import app

    job = JobRecord(
        job_id="job-of-an-account",
        job_type=job_type,
        zone_id=world.zone_id,
        identity_id="identity-1",
        status=JobStatus.SUCCESS,
        runner="platform",
        created_at=NOW,
        created_by="ada",
    )
    world.container.ledger.commit(CreateJob(job))
    assert world.container.job_store.result(job.job_id) is None
    world.container.ledger.commit(StoreResult(job.job_id, result))
    assert world.container.job_store.result(job.job_id) == result

    ada = Api(Gateway(app), world.container).as_user("ada")
    assert ada.get(f"/api/jobs/{job.job_id}").json["result"] == result.model_dump(mode="json")
    listed = ada.get("/api/jobs", zone_id=world.zone_id).json["items"]
    assert [one["result"] for one in listed] == [None]
