output "facts" {
  description = "Name and ARN of the topic."
  value = {
    name = aws_sns_topic.this.name
    arn  = aws_sns_topic.this.arn
  }
}
