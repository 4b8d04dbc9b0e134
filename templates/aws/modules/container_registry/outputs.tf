output "facts" {
  description = "Address and ARN of the repository."
  value = {
    url = aws_ecr_repository.this.repository_url
    arn = aws_ecr_repository.this.arn
  }
}
