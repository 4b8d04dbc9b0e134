output "arn" {
  description = "ARN of the queue."
  value       = aws_sqs_queue.this.arn
}

output "facts" {
  description = "Address and ARN of the queue and of its dead-letter queue."
  value = {
    url             = aws_sqs_queue.this.url
    arn             = aws_sqs_queue.this.arn
    dead_letter_url = one(aws_sqs_queue.dead_letter[*].url)
    dead_letter_arn = one(aws_sqs_queue.dead_letter[*].arn)
  }
}
