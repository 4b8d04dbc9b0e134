"""A deployment that works with restored tables: its own stay as they are, and are not touched."""

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from cdk.constructs.tables import Tables
from cdk.deployment import RestoredTables


def test_the_app_is_pointed_at_the_restored_ones_and_its_own_stay() -> None:
    stack = Stack(App(), "Stack")
    restored = RestoredTables(specs="specs-restored", jobs="jobs-restored")
    tables = Tables(stack, "Tables", deletion_protection=True, restored=restored)
    assert (tables.specs.table_name, tables.jobs.table_name) == ("specs-restored", "jobs-restored")
    assert str(stack.resolve(tables.jobs.table_arn)).count("table/jobs-restored") == 1
    Template.from_stack(stack).resource_count_is("AWS::DynamoDB::Table", 2)
