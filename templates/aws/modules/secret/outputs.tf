output "facts" {
  description = "Name and ARN of the secret; its value stays in Secrets Manager."
  value = {
    name = aws_secretsmanager_secret.this.name
    arn  = aws_secretsmanager_secret.this.arn
  }
}
