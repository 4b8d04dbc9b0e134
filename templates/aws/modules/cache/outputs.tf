output "facts" {
  description = "Endpoints of the cache; connections are encrypted."
  value = {
    primary_endpoint = aws_elasticache_replication_group.this.primary_endpoint_address
    reader_endpoint  = aws_elasticache_replication_group.this.reader_endpoint_address
    port             = aws_elasticache_replication_group.this.port
    arn              = aws_elasticache_replication_group.this.arn
  }
}
