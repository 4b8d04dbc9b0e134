output "name" {
  description = "Name of the cluster, known once it can be used."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "ca_certificate" {
  description = "Base64 of the API's certificate authority."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "security_group_id" {
  description = "Security group that EKS gives to the control plane and every node."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "IAM OIDC provider of the cluster."
  value       = aws_iam_openid_connect_provider.this.arn
}

output "karpenter" {
  description = "What Karpenter's chart is installed with; null when it is off."
  value = var.enable_karpenter ? {
    controller_role_arn = aws_iam_role.service_account["karpenter"].arn
    interruption_queue  = aws_sqs_queue.interruptions["karpenter"].name
    node_role_name      = aws_iam_role.nodes.name
  } : null
}
