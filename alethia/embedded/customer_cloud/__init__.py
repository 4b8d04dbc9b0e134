"""The customers' cloud of the embedded stack: AWS accounts that exist only in one local process.

moto answers the AWS calls that terraform makes. Where its answers differ from AWS in a way that makes the AWS
template fail, or plan changes for ever, the difference is closed here, on the emulator's side: the template
and the provider never learn that they talk to an emulator. Each module closes the gaps of one AWS service
and says which symptom each fix is for; ``patching`` holds the few tools they share, and ``server`` serves the
result on loopback together with an inventory of what exists in the account.

Every fix reaches into moto, so the version is fixed: see :func:`close_gaps`.
"""

import moto

from . import (
    dynamodb,
    ec2,
    ecs,
    eks,
    eks_addons,
    elasticache,
    elasticache_parameters,
    enforced,
    iam,
    rds,
    sqs,
    stacks,
    sts,
    unimplemented,
    wafv2,
)

MOTO_VERSION = "5.2.5"
"""The version whose insides the fixes were written against."""

GAPS = (
    unimplemented,
    dynamodb,
    ec2,
    ecs,
    eks,
    eks_addons,
    elasticache,
    elasticache_parameters,
    enforced,
    iam,
    rds,
    sqs,
    stacks,
    sts,
    wafv2,
)


def close_gaps() -> None:
    """Put every fix in place, once, before the first request.

    Raises
    ------
    RuntimeError
        Another moto is installed. Run ``tests/contract/customer_cloud`` against it, adapt the fixes (a gap
        may be closed by now: then drop its fix), and raise :data:`MOTO_VERSION`.
    """
    if moto.__version__ != MOTO_VERSION:
        raise RuntimeError(
            f"The customer's cloud was written against moto {MOTO_VERSION}, but {moto.__version__} is "
            "installed; alethia/embedded/customer_cloud/__init__.py says how to move on."
        )
    for gaps in GAPS:
        gaps.close_gaps()
