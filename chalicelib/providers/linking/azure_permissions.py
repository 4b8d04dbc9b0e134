"""What Alethia may do in a linked Azure subscription: the actions of one custom role.

What terraform's azurerm provider asks for each type in ``templates/azure`` is listed with the type: to create
it, change it, join it to others and delete it. A test refuses a type that is missing here. Source: Azure's
list of resource provider operations; nothing of it could be tried against Azure itself, which refuses a whole
role for one action that it does not know.

Looking is one action for everything, :data:`READING`. The provider waits for what it started at addresses of
each service's own (``…/operationStatuses/read``, ``…/locations/operationResults/read``), which differ from
release to release; an apply that may not look there fails halfway.

Role assignments are not in the role. The application gets them by a built-in role whose condition
(:data:`GRANTABLE`) lets it grant the few roles that the template grants, and no other.
"""

from collections.abc import Iterator

_ALL = "write delete"

TERRAFORM: dict[str, str] = {
    "azurerm_resource_group": f"Microsoft.Resources/subscriptions/resourceGroups: {_ALL}",
    "azurerm_management_lock": f"Microsoft.Authorization/locks: {_ALL}",
    # Network
    "azurerm_virtual_network": f"Microsoft.Network/virtualNetworks: {_ALL}",
    "azurerm_subnet": f"Microsoft.Network/virtualNetworks/subnets: {_ALL} join/action",
    "azurerm_nat_gateway": f"Microsoft.Network/natGateways: {_ALL} join/action",
    "azurerm_nat_gateway_public_ip_association": """Microsoft.Network/natGateways: write
        Microsoft.Network/publicIPAddresses: join/action""",
    "azurerm_public_ip": f"Microsoft.Network/publicIPAddresses: {_ALL} join/action",
    "azurerm_subnet_nat_gateway_association": """Microsoft.Network/virtualNetworks/subnets: write
        Microsoft.Network/natGateways: join/action""",
    "azurerm_network_security_group": f"Microsoft.Network/networkSecurityGroups: {_ALL} join/action",
    "azurerm_network_security_rule": f"Microsoft.Network/networkSecurityGroups/securityRules: {_ALL}",
    "azurerm_subnet_network_security_group_association": """Microsoft.Network/virtualNetworks/subnets: write
        Microsoft.Network/networkSecurityGroups: join/action""",
    "azurerm_private_dns_zone": f"Microsoft.Network/privateDnsZones: {_ALL} join/action",
    "azurerm_private_dns_zone_virtual_network_link": f"""
        Microsoft.Network/privateDnsZones/virtualNetworkLinks: {_ALL}
        Microsoft.Network/virtualNetworks: join/action""",
    "azurerm_private_endpoint": f"""Microsoft.Network/privateEndpoints: {_ALL}
        Microsoft.Network/privateEndpoints/privateDnsZoneGroups: {_ALL}
        Microsoft.Network/privateDnsZones: join/action""",
    # Cluster
    "azurerm_kubernetes_cluster": f"""Microsoft.ContainerService/managedClusters: {_ALL}
        listClusterUserCredential/action accessProfiles/listCredential/action
        Microsoft.ContainerService/managedClusters/maintenanceConfigurations: {_ALL}
        Microsoft.ManagedIdentity/userAssignedIdentities: assign/action
        Microsoft.Network/virtualNetworks/subnets: join/action""",
    "azurerm_kubernetes_cluster_node_pool": f"Microsoft.ContainerService/managedClusters/agentPools: {_ALL}",
    "azurerm_user_assigned_identity": f"Microsoft.ManagedIdentity/userAssignedIdentities: {_ALL}",
    "azurerm_federated_identity_credential": f"""
        Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials: {_ALL}""",
    "azurerm_role_assignment": "",
    "azurerm_log_analytics_workspace": f"Microsoft.OperationalInsights/workspaces: {_ALL} sharedKeys/action",
    "azurerm_monitor_diagnostic_setting": f"""Microsoft.Insights/diagnosticSettings: {_ALL}
        Microsoft.OperationalInsights/workspaces: sharedKeys/action""",
    # Names, certificates, web firewall
    "azurerm_dns_zone": f"Microsoft.Network/dnszones: {_ALL} Microsoft.Network/dnszones/SOA: write",
    "azurerm_application_gateway": f"Microsoft.Network/applicationGateways: {_ALL}",
    # Joining a policy to a gateway asks for an action that Azure's list lacks; all of them are known to it.
    "azurerm_web_application_firewall_policy": """
        Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies: *""",
    # Data
    "azurerm_postgresql_flexible_server": f"Microsoft.DBforPostgreSQL/flexibleServers: {_ALL}",
    "azurerm_postgresql_flexible_server_configuration": """
        Microsoft.DBforPostgreSQL/flexibleServers/configurations: write""",
    "azurerm_postgresql_flexible_server_active_directory_administrator": f"""
        Microsoft.DBforPostgreSQL/flexibleServers/administrators: {_ALL}""",
    "azurerm_mysql_flexible_server": f"Microsoft.DBforMySQL/flexibleServers: {_ALL}",
    "azurerm_mysql_flexible_server_configuration": """
        Microsoft.DBforMySQL/flexibleServers/configurations: write""",
    "azurerm_mysql_flexible_server_active_directory_administrator": f"""
        Microsoft.DBforMySQL/flexibleServers/administrators: {_ALL}""",
    "azurerm_managed_redis": f"""Microsoft.Cache/redisEnterprise: {_ALL}
        Microsoft.Cache/redisEnterprise/databases: {_ALL}""",
    "azurerm_cosmosdb_account": f"""Microsoft.DocumentDB/databaseAccounts: {_ALL} listKeys/action
        listConnectionStrings/action readonlykeys/action""",
    "azurerm_cosmosdb_sql_database": f"""Microsoft.DocumentDB/databaseAccounts/sqlDatabases: {_ALL}
        Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings: write""",
    "azurerm_cosmosdb_sql_container": f"""
        Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers: {_ALL}
        Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings: write""",
    "azurerm_storage_account": f"""Microsoft.Storage/storageAccounts: {_ALL} listKeys/action
        Microsoft.Storage/storageAccounts/blobServices: write""",
    "azurerm_storage_management_policy": f"Microsoft.Storage/storageAccounts/managementPolicies: {_ALL}",
    "azurerm_storage_container": f"Microsoft.Storage/storageAccounts/blobServices/containers: {_ALL}",
    "azurerm_container_registry": f"Microsoft.ContainerRegistry/registries: {_ALL}",
    "azurerm_key_vault": f"""Microsoft.KeyVault/vaults: {_ALL}
        Microsoft.KeyVault/locations/deletedVaults: purge/action""",
    "azurerm_key_vault_secret": "",
    "azurerm_key_vault_certificate": "",
    # Messages
    "azurerm_servicebus_namespace": f"""Microsoft.ServiceBus/namespaces: {_ALL}
        Microsoft.ServiceBus/namespaces/networkrulesets: write
        Microsoft.ServiceBus/namespaces/authorizationRules: listKeys/action""",
    "azurerm_servicebus_queue": f"Microsoft.ServiceBus/namespaces/queues: {_ALL}",
    "azurerm_servicebus_topic": f"Microsoft.ServiceBus/namespaces/topics: {_ALL}",
    "azurerm_servicebus_subscription": f"Microsoft.ServiceBus/namespaces/topics/subscriptions: {_ALL}",
}
"""Type → what is asked of Azure for it besides reading: ``Provider/type: verb verb``, as often as needed.
Nothing for grants and for what lies in a vault, which other roles are for."""

READING = "*/read"
"""What Azure's own role Reader has. For terraform, for lists of what a form offers, for connection tests."""

APPROVING = "*/privateEndpointConnectionsApproval/action"
"""Whoever makes a private endpoint approves it at what it leads to, which is another service each time."""

REGISTERING = "*/register/action"
"""A new subscription knows no service: the provider registers those that the template uses. The action is
each service's own (``Microsoft.Cache/register/action``) and opens nothing."""

GRANTABLE: dict[str, str] = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "Azure Kubernetes Service RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
    "DNS Zone Contributor": "befefa01-2a29-4197-83a8-272ff33ce314",
    "Key Vault Certificates Officer": "a4417e6f-fecd-4de8-b567-7b0420556985",
    "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
}
"""Built-in roles that the template grants → their ids, which are the same in every tenant."""


def actions() -> tuple[str, ...]:
    """Every action of the custom role, sorted."""
    changing = {action for text in TERRAFORM.values() for action in actions_in(text)}
    return tuple(sorted({READING, APPROVING, REGISTERING, *changing}))


def actions_in(text: str) -> Iterator[str]:
    """``Microsoft.X/y: write join/action`` → ``Microsoft.X/y/write``, ``Microsoft.X/y/join/action``."""
    resource = ""
    for word in text.split():
        if word.endswith(":"):
            resource = word[:-1]
        else:
            yield f"{resource}/{word}"
