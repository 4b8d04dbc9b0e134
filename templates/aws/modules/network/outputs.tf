output "vpc_id" {
  description = "The VPC, new or existing."
  value       = var.provision ? aws_vpc.this[0].id : data.aws_vpc.existing[0].id
}

output "private_subnet_ids" {
  description = "Subnets without a route from the internet."
  value = (
    var.provision ? [for zone in local.zone_names : aws_subnet.private[zone].id]
    : length(var.private_subnet_ids) > 0 ? var.private_subnet_ids
    : sort(data.aws_subnets.existing["private"].ids)
  )
}

output "public_subnet_ids" {
  description = "Subnets with a route from the internet."
  value = (
    var.provision ? [for zone in local.zone_names : aws_subnet.public[zone].id]
    : length(var.public_subnet_ids) > 0 ? var.public_subnet_ids
    : sort(data.aws_subnets.existing["public"].ids)
  )
}

output "nat_gateways" {
  description = "Public address of the NAT gateway in each zone that has one: where outgoing traffic comes from."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}
