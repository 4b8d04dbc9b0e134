# An existing VPC is only read: nothing in it is tagged or changed.

data "aws_vpc" "existing" {
  count = var.provision ? 0 : 1
  id    = var.vpc_id
}

data "aws_subnets" "existing" {
  for_each = var.provision ? {} : { private = "false", public = "true" }

  filter {
    name   = "vpc-id"
    values = [var.vpc_id]
  }

  filter {
    name   = "map-public-ip-on-launch"
    values = [each.value]
  }
}
