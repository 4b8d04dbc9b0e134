output "facts" {
  description = "Endpoints and identifiers; the credentials are named, never shown."
  value = {
    identifier                    = aws_rds_cluster.this.cluster_identifier
    arn                           = aws_rds_cluster.this.arn
    writer_endpoint               = aws_rds_cluster.this.endpoint
    reader_endpoint               = aws_rds_cluster.this.reader_endpoint
    port                          = aws_rds_cluster.this.port
    master_credentials_secret_arn = one(aws_rds_cluster.this.master_user_secret[*].secret_arn)
    kms_key_arn                   = aws_kms_key.this.arn
  }
}
