locals {
  tags = merge(var.tags, {
    "alethia:zone"        = var.zone_id
    "alethia:spec"        = var.spec_id
    "alethia:project"     = var.project_name
    "alethia:environment" = var.environment
  })
}

provider "aws" {
  region = var.region

  # Credentials of any other account are refused before anything is read or changed.
  allowed_account_ids = var.aws_account_id == null ? null : [var.aws_account_id]

  default_tags {
    tags = local.tags
  }
}

# CloudFront takes its web ACLs from us-east-1 only.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  allowed_account_ids = var.aws_account_id == null ? null : [var.aws_account_id]

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
