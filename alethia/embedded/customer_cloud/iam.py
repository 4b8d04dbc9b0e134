"""IAM: AWS's own policies exist.

moto leaves them out unless it is told otherwise before the first call. Symptom: every attachment of an AWS
managed policy fails with NoSuchEntity.
"""

import os


def close_gaps() -> None:
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
