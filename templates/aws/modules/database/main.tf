locals {
  # What differs between the engines: the usual port, and the logs that can be exported.
  engine = {
    aurora-postgresql = { port = 5432, logs = ["postgresql"] }
    aurora-mysql      = { port = 3306, logs = ["error", "slowquery"] }
  }[var.config.engine]

  port = coalesce(var.config.port, local.engine.port)

  # PostgreSQL families follow the major version, MySQL's the first two numbers.
  family = (
    var.config.engine == "aurora-postgresql"
    ? "aurora-postgresql${split(".", var.config.engine_version)[0]}"
    : "aurora-mysql${join(".", slice(split(".", var.config.engine_version), 0, 2))}"
  )

  tls_parameter = (
    var.config.engine == "aurora-postgresql"
    ? { name = "rds.force_ssl", value = "1" }
    : { name = "require_secure_transport", value = "ON" }
  )
}

resource "aws_kms_key" "this" {
  description             = "Data and master credentials of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.config.deletion_protection ? 30 : 7
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-rds"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-rds"
  description = "Clients of ${var.name}"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-rds" }
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = each.value
  description                  = "From the ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_rds_cluster_parameter_group" "this" {
  name        = "${var.name}-${replace(local.family, ".", "-")}"
  description = "Encrypted connections only"
  family      = local.family

  parameter {
    name  = local.tls_parameter.name
    value = local.tls_parameter.value
  }

  lifecycle {
    create_before_destroy = true
  }
}

# RDS would make these itself, without an end to what they keep, and leave them behind.
resource "aws_cloudwatch_log_group" "exports" {
  for_each = toset(local.engine.logs)

  name              = "/aws/rds/cluster/${var.name}/${each.key}"
  retention_in_days = 30
}

resource "aws_rds_cluster" "this" {
  cluster_identifier = var.name
  engine             = var.config.engine
  engine_version     = var.config.engine_version
  port               = local.port

  # RDS makes the master password, keeps it in Secrets Manager and rotates it; terraform never sees it.
  master_username               = "alethia"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = aws_kms_key.this.arn

  storage_encrypted = true
  kms_key_id        = aws_kms_key.this.arn

  db_subnet_group_name            = aws_db_subnet_group.this.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.this.id]

  backup_retention_period             = var.config.backup_retention_days
  copy_tags_to_snapshot               = true
  iam_database_authentication_enabled = var.config.iam_auth
  enabled_cloudwatch_logs_exports     = local.engine.logs

  deletion_protection       = var.config.deletion_protection
  skip_final_snapshot       = !var.config.deletion_protection
  final_snapshot_identifier = var.config.deletion_protection ? "${var.name}-final" : null

  serverlessv2_scaling_configuration {
    min_capacity = var.config.min_capacity
    max_capacity = var.config.max_capacity
  }

  depends_on = [aws_cloudwatch_log_group.exports]
}

locals {
  # Promotion tier 0 and 1 scale together, so that the reader is ready to take the writer's load.
  instances = var.config.multi_az ? { writer = 0, reader = 1 } : { writer = 0 }
}

resource "aws_rds_cluster_instance" "this" {
  for_each = local.instances

  identifier           = "${var.name}-${each.value + 1}"
  cluster_identifier   = aws_rds_cluster.this.id
  engine               = aws_rds_cluster.this.engine
  engine_version       = aws_rds_cluster.this.engine_version
  instance_class       = "db.serverless"
  promotion_tier       = each.value
  publicly_accessible  = false
  db_subnet_group_name = aws_db_subnet_group.this.name
}
