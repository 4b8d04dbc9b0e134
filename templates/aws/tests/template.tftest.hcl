# What the template plans for which variables: `terraform test`. The provider is the real one, which needs no
# account to plan what does not exist yet; what it would ask AWS is answered here.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "nobody"
  secret_key                  = "nobody"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "us_east_1"
  region                      = "us-east-1"
  access_key                  = "nobody"
  secret_key                  = "nobody"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.network[0].data.aws_availability_zones.available
  values = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
}

override_data {
  target = module.network[0].data.aws_vpc.existing
  values = { id = "vpc-0a1b2c3d4e5f67890" }
}

override_data {
  target = module.network[0].data.aws_subnets.existing
  values = { ids = ["subnet-2a1b2c3d", "subnet-3a1b2c3d"] }
}

variables {
  project_name   = "shop"
  environment    = "development"
  region         = "eu-west-1"
  aws_account_id = "123456789012"
  zone_id        = "zone-1"
  spec_id        = "spec-1"
}

run "nothing_at_all" {
  command = plan
  variables {
    provision_vpc = false
  }

  assert {
    condition     = length(module.network) == 0 && length(module.cluster) == 0 && length(module.dns) == 0
    error_message = "An empty spec should make nothing."
  }
}

run "an_existing_network_is_left_alone" {
  command = plan
  variables {
    provision_vpc          = false
    vpc_id                 = "vpc-0a1b2c3d4e5f67890"
    vpc_private_subnet_ids = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
  }

  assert {
    condition     = length(output.vpc_nat_addresses) == 0
    error_message = "Nothing should be made in an existing network."
  }
  assert {
    condition     = output.vpc_private_subnet_ids == tolist(["subnet-0a1b2c3d", "subnet-1a1b2c3d"])
    error_message = "The subnets that were named should be used."
  }
}

run "a_new_network_has_three_zones_and_one_way_out" {
  command = plan

  assert {
    condition     = length(output.vpc_private_subnet_ids) == 3 && length(output.vpc_public_subnet_ids) == 3
    error_message = "There should be a private and a public subnet in each of three zones."
  }
  assert {
    condition     = length(output.vpc_nat_addresses) == 1
    error_message = "A single NAT gateway is what nobody has to ask for."
  }
}

run "every_component_has_its_own_resources" {
  command = plan
  variables {
    project_name           = "a-project-with-a-really-long-nam"
    vpc_single_nat_gateway = false
    rds_config = {
      orders  = { engine = "aurora-postgresql", engine_version = "16.8", multi_az = true }
      reports = { engine = "aurora-mysql", engine_version = "8.0.mysql_aurora.3.08.2" }
    }
    redis_instance_type  = { a-cache-with-a-long-name-too = "cache.t4g.micro" }
    redis_engine_version = { a-cache-with-a-long-name-too = "8.0" }
  }

  assert {
    condition     = length(output.vpc_nat_addresses) == 3
    error_message = "Each zone should have its own NAT gateway."
  }
  assert {
    condition     = toset(keys(output.rds)) == toset(["orders", "reports"])
    error_message = "Each database should be there under its own name."
  }
  assert {
    condition     = output.rds["orders"].identifier == "a-project-with-a-really-long-nam-development-orders"
    error_message = "A database is called {project}-{environment}-{name}."
  }
  assert {
    condition     = alltrue([for name in values(local.names.cache) : length(name) <= 40])
    error_message = "ElastiCache takes at most 40 characters."
  }
}

run "refused_values" {
  command = plan
  variables {
    project_name           = "Shop"
    environment            = "prod"
    aws_account_id         = "12"
    vpc_cidr               = "10.0.0.0/28"
    eks_disk_size          = 5
    provision_vpc          = false
    provision_eks          = true
    rds_config             = { orders = { engine = "aurora-postgresql", engine_version = "16.8" } }
    redis_instance_type    = { pages = "cache.t4g.micro" }
    acm_certificate_enable = true
  }
  expect_failures = [
    var.project_name, var.environment, var.aws_account_id, var.vpc_cidr, var.eks_disk_size,
    var.provision_eks, var.rds_config, var.redis_instance_type, var.acm_certificate_enable,
  ]
}
