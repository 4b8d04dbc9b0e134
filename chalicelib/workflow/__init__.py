"""The Lambda functions that Step Functions, schedules and ECS events invoke."""
