"""cdk-nag: two packs of rules that a synthesis is held against.

What they find stops the synthesis, unless the construct that it is about says why it stays so
(:mod:`cdk.constructs.acknowledged`).
"""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks


def check_with_nag(app: App) -> None:
    """Let ``app.synth()`` fail on what AWS Solutions and Serverless rules find.

    Needs the CDK's validation, which the variable ``CDK_VALIDATION=false`` switches off.
    """
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
