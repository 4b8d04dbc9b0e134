"""What terraform's AWS provider asks of AWS for each type in ``templates/aws``: to create it, read it, wait
for it, change it, tag it and delete it.

``tests/unit/providers/aws/test_permissions.py`` refuses a type that is missing here, and the runs against
the emulated cloud refuse a call that is not listed. What AWS asks for beyond the calls that are made (a
permission that one service checks on behalf of another) is listed with the type that causes it.
"""

TERRAFORM: dict[str, str] = {
    # Network
    "aws_availability_zones": "ec2: DescribeAvailabilityZones",
    "aws_vpc": """ec2: CreateVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute DeleteVpc CreateTags
        DeleteTags DescribeSecurityGroups DescribeNetworkAcls DescribeRouteTables""",
    "aws_subnets": "ec2: DescribeSubnets",
    "aws_default_security_group": """ec2: DescribeSecurityGroups DescribeSecurityGroupRules
        RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateTags DeleteTags""",
    "aws_subnet": """ec2: CreateSubnet DescribeSubnets ModifySubnetAttribute DeleteSubnet CreateTags
        DeleteTags DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface""",
    "aws_internet_gateway": """ec2: CreateInternetGateway AttachInternetGateway DescribeInternetGateways
        DetachInternetGateway DeleteInternetGateway CreateTags DeleteTags""",
    "aws_route_table": """ec2: CreateRouteTable DescribeRouteTables DisassociateRouteTable DeleteRouteTable
        CreateTags DeleteTags""",
    "aws_route": "ec2: CreateRoute DescribeRouteTables ReplaceRoute DeleteRoute",
    "aws_route_table_association": """ec2: AssociateRouteTable ReplaceRouteTableAssociation
        DescribeRouteTables DisassociateRouteTable""",
    "aws_eip": """ec2: AllocateAddress DescribeAddresses DescribeAddressesAttribute DisassociateAddress
        ReleaseAddress CreateTags DeleteTags""",
    "aws_nat_gateway": """ec2: CreateNatGateway DescribeNatGateways DeleteNatGateway DescribeAddresses
        CreateTags DeleteTags""",
    "aws_vpc_endpoint": """ec2: CreateVpcEndpoint DescribeVpcEndpoints ModifyVpcEndpoint DeleteVpcEndpoints
        DescribePrefixLists DescribeManagedPrefixLists DescribeVpcEndpointServices CreateTags DeleteTags""",
    "aws_flow_log": """ec2: CreateFlowLogs DescribeFlowLogs DeleteFlowLogs CreateTags DeleteTags
        iam: PassRole logs: DescribeLogGroups""",
    "aws_security_group": """ec2: CreateSecurityGroup DescribeSecurityGroups DescribeSecurityGroupRules
        RevokeSecurityGroupIngress RevokeSecurityGroupEgress AuthorizeSecurityGroupEgress DeleteSecurityGroup
        CreateTags DeleteTags DescribeNetworkInterfaces DetachNetworkInterface DeleteNetworkInterface""",
    "aws_vpc_security_group_ingress_rule": """ec2: AuthorizeSecurityGroupIngress DescribeSecurityGroupRules
        ModifySecurityGroupRules RevokeSecurityGroupIngress CreateTags DeleteTags""",
    "aws_ec2_tag": "ec2: CreateTags DeleteTags DescribeTags",
    # Cluster
    "aws_launch_template": """ec2: CreateLaunchTemplate DescribeLaunchTemplates DescribeLaunchTemplateVersions
        CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate CreateTags DeleteTags""",
    "aws_eks_cluster": """eks: CreateCluster DescribeCluster UpdateClusterConfig UpdateClusterVersion
        DescribeUpdate ListUpdates AssociateEncryptionConfig DeleteCluster TagResource UntagResource
        ListTagsForResource
        iam: PassRole GetRole CreateServiceLinkedRole kms: DescribeKey CreateGrant
        ec2: DescribeSubnets DescribeSecurityGroups DescribeVpcs""",
    "aws_eks_node_group": """eks: CreateNodegroup DescribeNodegroup UpdateNodegroupConfig
        UpdateNodegroupVersion DescribeUpdate DeleteNodegroup ListNodegroups TagResource UntagResource
        ListTagsForResource
        iam: PassRole GetRole CreateServiceLinkedRole ListAttachedRolePolicies
        ec2: RunInstances DescribeLaunchTemplateVersions DescribeSubnets""",
    "aws_eks_addon": """eks: CreateAddon DescribeAddon DescribeAddonVersions DescribeUpdate UpdateAddon
        DeleteAddon TagResource UntagResource ListTagsForResource iam: PassRole""",
    "aws_eks_access_entry": """eks: CreateAccessEntry DescribeAccessEntry UpdateAccessEntry DeleteAccessEntry
        ListAccessEntries TagResource UntagResource ListTagsForResource""",
    "aws_eks_access_policy_association": """eks: AssociateAccessPolicy ListAssociatedAccessPolicies
        DisassociateAccessPolicy""",
    "aws_iam_role": """iam: CreateRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy
        DeleteRole TagRole UntagRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole
        PutRolePermissionsBoundary""",
    "aws_iam_role_policy": "iam: PutRolePolicy GetRolePolicy DeleteRolePolicy",
    "aws_iam_role_policy_attachment": "iam: AttachRolePolicy ListAttachedRolePolicies DetachRolePolicy",
    "aws_iam_openid_connect_provider": """iam: CreateOpenIDConnectProvider GetOpenIDConnectProvider
        UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider
        RemoveClientIDFromOpenIDConnectProvider DeleteOpenIDConnectProvider TagOpenIDConnectProvider
        UntagOpenIDConnectProvider""",
    "aws_cloudwatch_log_group": """logs: CreateLogGroup DescribeLogGroups PutRetentionPolicy
        DeleteRetentionPolicy DeleteLogGroup TagResource UntagResource ListTagsForResource""",
    "aws_cloudwatch_event_rule": """events: PutRule DescribeRule DeleteRule TagResource UntagResource
        ListTagsForResource""",
    "aws_cloudwatch_event_target": "events: PutTargets ListTargetsByRule RemoveTargets",
    "aws_kms_key": """kms: CreateKey DescribeKey GetKeyPolicy PutKeyPolicy EnableKeyRotation
        DisableKeyRotation GetKeyRotationStatus UpdateKeyDescription EnableKey DisableKey
        ScheduleKeyDeletion TagResource UntagResource ListResourceTags""",
    "aws_kms_alias": "kms: CreateAlias ListAliases UpdateAlias DeleteAlias",
    # Domain, certificate, web firewall
    "aws_route53_zone": """route53: CreateHostedZone GetHostedZone UpdateHostedZoneComment DeleteHostedZone
        ListHostedZones ListResourceRecordSets ChangeResourceRecordSets GetChange GetDNSSEC
        DisableHostedZoneDNSSEC ChangeTagsForResource ListTagsForResource""",
    "aws_route53_record": """route53: ChangeResourceRecordSets GetHostedZone ListResourceRecordSets
        GetChange""",
    "aws_acm_certificate": """acm: RequestCertificate DescribeCertificate DeleteCertificate
        AddTagsToCertificate RemoveTagsFromCertificate ListTagsForCertificate""",
    "aws_acm_certificate_validation": "acm: DescribeCertificate",
    "aws_wafv2_web_acl": """wafv2: CreateWebACL GetWebACL UpdateWebACL DeleteWebACL TagResource UntagResource
        ListTagsForResource""",
    # Data
    "aws_db_subnet_group": """rds: CreateDBSubnetGroup DescribeDBSubnetGroups ModifyDBSubnetGroup
        DeleteDBSubnetGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource
        iam: CreateServiceLinkedRole ec2: DescribeSubnets DescribeVpcs""",
    "aws_rds_cluster_parameter_group": """rds: CreateDBClusterParameterGroup DescribeDBClusterParameterGroups
        DescribeDBClusterParameters ModifyDBClusterParameterGroup ResetDBClusterParameterGroup
        DeleteDBClusterParameterGroup AddTagsToResource RemoveTagsFromResource ListTagsForResource""",
    "aws_rds_cluster": """rds: CreateDBCluster DescribeDBClusters DescribeGlobalClusters ModifyDBCluster
        DeleteDBCluster CreateDBClusterSnapshot DescribeDBClusterSnapshots AddTagsToResource
        RemoveTagsFromResource ListTagsForResource
        iam: CreateServiceLinkedRole kms: DescribeKey CreateGrant Decrypt GenerateDataKey
        secretsmanager: CreateSecret TagResource DescribeSecret RotateSecret""",
    "aws_rds_cluster_instance": """rds: CreateDBInstance DescribeDBInstances ModifyDBInstance DeleteDBInstance
        DescribeDBClusters AddTagsToResource RemoveTagsFromResource ListTagsForResource""",
    "aws_elasticache_subnet_group": """elasticache: CreateCacheSubnetGroup DescribeCacheSubnetGroups
        ModifyCacheSubnetGroup DeleteCacheSubnetGroup AddTagsToResource RemoveTagsFromResource
        ListTagsForResource iam: CreateServiceLinkedRole""",
    "aws_elasticache_parameter_group": """elasticache: CreateCacheParameterGroup DescribeCacheParameterGroups
        DescribeCacheParameters ModifyCacheParameterGroup ResetCacheParameterGroup DeleteCacheParameterGroup
        AddTagsToResource RemoveTagsFromResource ListTagsForResource""",
    "aws_elasticache_replication_group": """elasticache: CreateReplicationGroup DescribeReplicationGroups
        ModifyReplicationGroup ModifyReplicationGroupShardConfiguration IncreaseReplicaCount
        DecreaseReplicaCount DeleteReplicationGroup DescribeCacheClusters DescribeGlobalReplicationGroups
        CreateSnapshot DescribeSnapshots AddTagsToResource RemoveTagsFromResource ListTagsForResource""",
    "aws_dynamodb_table": """dynamodb: CreateTable DescribeTable UpdateTable DeleteTable DescribeTimeToLive
        UpdateTimeToLive DescribeContinuousBackups UpdateContinuousBackups TagResource UntagResource
        ListTagsOfResource CreateTableReplica DeleteTableReplica
        Query Scan GetItem PutItem UpdateItem DeleteItem BatchWriteItem
        iam: CreateServiceLinkedRole""",
    "aws_secretsmanager_secret": """secretsmanager: CreateSecret DescribeSecret UpdateSecret DeleteSecret
        RestoreSecret GetResourcePolicy TagResource UntagResource""",
    "aws_secretsmanager_secret_version": """secretsmanager: PutSecretValue GetSecretValue DescribeSecret
        UpdateSecretVersionStage ListSecretVersionIds""",
    "aws_secretsmanager_random_password": "secretsmanager: GetRandomPassword",
    # Delivery
    "aws_sqs_queue": """sqs: CreateQueue GetQueueAttributes SetQueueAttributes GetQueueUrl DeleteQueue
        TagQueue UntagQueue ListQueueTags""",
    "aws_sqs_queue_policy": "sqs: SetQueueAttributes GetQueueAttributes",
    "aws_sqs_queue_redrive_allow_policy": "sqs: SetQueueAttributes GetQueueAttributes",
    "aws_sns_topic": """sns: CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic TagResource
        UntagResource ListTagsForResource""",
    "aws_sns_topic_subscription": """sns: Subscribe GetSubscriptionAttributes SetSubscriptionAttributes
        ListSubscriptionsByTopic Unsubscribe""",
    "aws_ecr_repository": """ecr: CreateRepository DescribeRepositories PutImageTagMutability
        PutImageScanningConfiguration DeleteRepository TagResource UntagResource ListTagsForResource
        kms: DescribeKey CreateGrant RetireGrant""",
    "aws_ecr_lifecycle_policy": "ecr: PutLifecyclePolicy GetLifecyclePolicy DeleteLifecyclePolicy",
    "aws_s3_bucket": """s3: CreateBucket ListBucket ListBucketVersions GetBucketLocation DeleteBucket
        GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetAccelerateConfiguration
        GetBucketRequestPayment GetBucketLogging GetLifecycleConfiguration GetReplicationConfiguration
        GetEncryptionConfiguration GetBucketObjectLockConfiguration GetBucketPolicy GetBucketTagging
        PutBucketTagging DeleteObject DeleteObjectVersion""",
    "aws_s3_bucket_ownership_controls": "s3: GetBucketOwnershipControls PutBucketOwnershipControls",
    "aws_s3_bucket_public_access_block": "s3: GetBucketPublicAccessBlock PutBucketPublicAccessBlock",
    "aws_s3_bucket_server_side_encryption_configuration": """s3: GetEncryptionConfiguration
        PutEncryptionConfiguration""",
    "aws_s3_bucket_versioning": "s3: GetBucketVersioning PutBucketVersioning",
    "aws_s3_bucket_lifecycle_configuration": "s3: GetLifecycleConfiguration PutLifecycleConfiguration",
    "aws_s3_bucket_cors_configuration": "s3: GetBucketCORS PutBucketCORS",
    "aws_s3_bucket_policy": "s3: GetBucketPolicy PutBucketPolicy DeleteBucketPolicy",
    # Nothing to be allowed
    "aws_caller_identity": "",
    "aws_partition": "",
    "aws_iam_policy_document": "",
}
"""Type of a resource or data source → ``service: Action Action … service: …``."""

OURS = """ec2: DescribeRegions DescribeVpcs DescribeSubnets DescribeRouteTables route53: ListHostedZones
    iam: SimulatePrincipalPolicy GetRole"""
"""What CONNECTION_TEST and FETCH_RESOURCES ask."""

BOUNDARY = """
    autoscaling: DescribeAutoScalingGroups UpdateAutoScalingGroup
    ec2: Describe* AssignPrivateIpAddresses AttachNetworkInterface AttachVolume AuthorizeSecurityGroupIngress
        CopyVolumes CreateFleet CreateLaunchTemplate CreateNetworkInterface CreateRoute CreateSecurityGroup
        CreateSnapshot CreateTags CreateVolume DeleteLaunchTemplate DeleteNetworkInterface DeleteRoute
        DeleteSecurityGroup DeleteSnapshot DeleteTags DeleteVolume DetachNetworkInterface DetachVolume
        EnableFastSnapshotRestores LockSnapshot ModifyInstanceAttribute ModifyNetworkInterfaceAttribute
        ModifyVolume RevokeSecurityGroupIngress RunInstances TerminateInstances UnassignPrivateIpAddresses
    ec2messages: AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages SendReply
    ecr: BatchGetImage BatchImportUpstreamImage GetAuthorizationToken GetDownloadUrlForLayer
    eks: DescribeCluster
    eks-auth: AssumeRoleForPodIdentity
    elasticloadbalancing: Describe* AddTags ApplySecurityGroupsToLoadBalancer AttachLoadBalancerToSubnets
        ConfigureHealthCheck CreateListener CreateLoadBalancer CreateLoadBalancerListeners
        CreateLoadBalancerPolicy CreateTargetGroup DeleteListener DeleteLoadBalancer
        DeleteLoadBalancerListeners DeleteTargetGroup DeregisterInstancesFromLoadBalancer DeregisterTargets
        DetachLoadBalancerFromSubnets ModifyListener ModifyLoadBalancerAttributes ModifyTargetGroup
        ModifyTargetGroupAttributes RegisterInstancesWithLoadBalancer RegisterTargets
        SetLoadBalancerPoliciesForBackendServer SetLoadBalancerPoliciesOfListener
    kms: DescribeKey
    logs: CreateLogStream PutLogEvents DescribeLogStreams
    pricing: GetProducts
    sqs: DeleteMessage GetQueueUrl ReceiveMessage
    ssm: DescribeAssociation DescribeDocument GetDeployablePatchSnapshotForInstance GetDocument GetManifest
        GetParameter GetParameters ListAssociations ListInstanceAssociations PutComplianceItems
        PutConfigurePackageResult PutInventory UpdateAssociationStatus UpdateInstanceAssociationStatus
        UpdateInstanceInformation
    ssmmessages: CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel
"""
"""The most that a role made by the templates can do: AWS's policies for EKS that they attach, Karpenter's,
and flow logs. What it may do with IAM is scoped in :mod:`.permissions`."""

ATTACHABLE = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
    "AmazonEKS_CNI_Policy",
    "service-role/AmazonEBSCSIDriverPolicy",
)
"""AWS's own policies that the templates attach; no other policy may be attached to anything."""

SERVICE_ROLES = (
    "autoscaling.amazonaws.com",
    "eks.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "elasticache.amazonaws.com",
    "rds.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
)
"""Services that make a role of their own when an account first uses them."""

PASSED_TO = ("eks.amazonaws.com", "ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com")


def actions_in(text: str) -> list[str]:
    """``"ec2: A B iam: C"`` → ``["ec2:A", "ec2:B", "iam:C"]``."""
    found: list[str] = []
    service = ""
    for word in text.split():
        if word.endswith(":"):
            service = word
        else:
            found.append(service + word)
    return found
