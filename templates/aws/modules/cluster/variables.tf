variable "name" {
  description = "Name of the cluster and prefix of what belongs to it."
  type        = string
}

variable "region" {
  description = "Region of the cluster."
  type        = string
}

variable "account_id" {
  description = "Account of the cluster."
  type        = string
}

variable "partition" {
  description = "AWS partition, such as aws."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes minor version; null takes the newest."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the control plane's interfaces and of the nodes."
  type        = list(string)
}

variable "public_access_cidrs" {
  description = "Networks that may reach the Kubernetes API from the internet; none makes it private."
  type        = list(string)
}

variable "admins" {
  description = "ARNs of IAM principals that administer the cluster."
  type        = list(string)
}

variable "enable_karpenter" {
  description = "Prepare what Karpenter expects."
  type        = bool
}

variable "node_group" {
  description = "The managed node group; disk_size in GiB."
  type = object({
    instance_types = list(string)
    min_size       = number
    max_size       = number
    desired_size   = number
    disk_size      = number
  })
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role; null makes them without a boundary."
  type        = string
}
