# Pods take roles through the cluster's OIDC provider, each role bound to one service account.

resource "aws_iam_openid_connect_provider" "this" {
  url            = aws_eks_cluster.this.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  issuer = replace(aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://", "")

  service_accounts = merge(
    {
      cni = { account = "kube-system:aws-node", policy = "AmazonEKS_CNI_Policy" }
      ebs = { account = "kube-system:ebs-csi-controller-sa", policy = "service-role/AmazonEBSCSIDriverPolicy" }
    },
    var.enable_karpenter ? { karpenter = { account = "kube-system:karpenter", policy = null } } : {},
  )
}

resource "aws_iam_role" "service_account" {
  for_each = local.service_accounts

  name                 = local.role_name[each.key]
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Condition = { StringEquals = {
        "${local.issuer}:sub" = "system:serviceaccount:${each.value.account}"
        "${local.issuer}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "service_account" {
  for_each = { for key, account in local.service_accounts : key => account.policy if account.policy != null }

  role       = aws_iam_role.service_account[each.key].name
  policy_arn = "${local.aws_policy}/${each.value}"
}
