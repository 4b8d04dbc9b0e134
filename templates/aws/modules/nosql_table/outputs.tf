output "facts" {
  description = "Name and ARN of the table, and the regions that hold a copy."
  value = {
    name     = aws_dynamodb_table.this.name
    arn      = aws_dynamodb_table.this.arn
    replicas = var.config.global_replicas
  }
}
