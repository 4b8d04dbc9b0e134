"""The edges: the only code that speaks to DynamoDB, S3, KMS, Step Functions and ECS."""
