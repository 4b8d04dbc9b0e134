output "facts" {
  description = "Name, ARN and regional domain of the bucket."
  value = {
    name        = aws_s3_bucket.this.bucket
    arn         = aws_s3_bucket.this.arn
    domain_name = aws_s3_bucket.this.bucket_regional_domain_name
  }
}
