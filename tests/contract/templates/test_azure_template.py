"""The Azure template under the real terraform, offline: schema-checked, never provider-tested.

Every shape of a spec is planned once. What must hold of each resource wherever it stands is in
``tests/support/azure_plans.py``; what one spec asks for is compared here.
"""

import functools
from collections.abc import Callable

import pytest

from chalicelib.providers.azure import AZURE
from tests.support.azure_plans import (
    ALWAYS,
    addresses,
    asked_for,
    by_priority,
    cluster_of,
    of,
    value_at,
    variables,
)
from tests.support.azure_specs import (
    GROUP,
    OTHER_GROUP,
    SHAPES,
    frozen,
)
from tests.support.offline_terraform import OfflineTemplate, OfflineTemplates, Resources
from tests.support.templates import AZURE_TEMPLATE

Planned = Callable[[str], Resources]


@pytest.fixture(scope="module")
def azure(offline_templates: OfflineTemplates) -> OfflineTemplate:
    return offline_templates(AZURE_TEMPLATE)


@pytest.fixture(scope="module")
def planned(azure: OfflineTemplate) -> Planned:
    """What a shape would make; each is planned once."""
    return functools.cache(lambda shape: azure.plan(variables(SHAPES[shape])))


def test_it_is_valid_for_the_providers_schemas(azure: OfflineTemplate) -> None:
    assert azure.validate() == []


@pytest.mark.parametrize("shape", SHAPES)
class TestEveryShape:
    def test_makes_every_component_and_no_other(self, shape: str, planned: Planned) -> None:
        made = {AZURE.component_of(address) for address in planned(shape).resources} - {None}
        assert made == set(asked_for(frozen(SHAPES[shape])))

    def test_is_closed_encrypted_and_without_credentials(self, shape: str, planned: Planned) -> None:
        wrong = [
            f"{item.address}: {path} is {value_at(item.values, path)!r}"
            for item in planned(shape).resources.values()
            for path, expected in ALWAYS.get(item.type, {}).items()
            if value_at(item.values, path) != expected
        ]
        assert wrong == []

    def test_says_on_each_resource_whose_it_is(self, shape: str, planned: Planned) -> None:
        own = {
            "alethia:zone": "zone-1",
            "alethia:spec": "spec-1",
            "alethia:project": "shop",
            "alethia:environment": SHAPES[shape]["environment_stage"],
        }
        untagged = [
            item.address
            for item in planned(shape).resources.values()
            if "tags" in item.values and item.values["tags"] != own
        ]
        assert untagged == []


def test_an_empty_spec_makes_its_resource_group_only(planned: Planned) -> None:
    assert planned("none").counts() == {"azurerm_resource_group": 1}


class TestNetwork:
    def test_single_nat_gateway_serves_one_subnet_for_nodes(self, planned: Planned) -> None:
        plan = planned("private cluster, one nat gateway")
        assert plan.only("azurerm_nat_gateway").values.get("zones") is None
        assert addresses(plan) == {
            "nodes": "10.0.0.0/19",
            "private-endpoints": "10.0.96.0/19",
            "application-gateway": "10.0.128.0/24",
            "postgres": "10.0.192.0/22",
            "mysql": "10.0.196.0/22",
        }

    def test_otherwise_each_zone_has_a_subnet_and_a_gateway(self, planned: Planned) -> None:
        plan = planned("production")
        zones = [item.values["zones"] for item in plan.of_type("azurerm_nat_gateway")]
        assert zones == [["1"], ["2"], ["3"]]
        assert {name[-1] for name in addresses(plan) if name.startswith("nodes-")} == {"1", "2", "3"}

    def test_subnets_of_databases_are_delegated_to_their_engine(self, planned: Planned) -> None:
        """With the way to their backups, which Azure would add, and a later plan take away."""
        delegated = {
            item.values["name"]: (
                item.values["delegation"][0]["service_delegation"][0]["name"],
                item.values["service_endpoints"],
            )
            for item in planned("network alone").of_type("azurerm_subnet")
            if item.values["delegation"]
        }
        assert delegated == {
            "postgres": ("Microsoft.DBforPostgreSQL/flexibleServers", ["Microsoft.Storage"]),
            "mysql": ("Microsoft.DBforMySQL/flexibleServers", ["Microsoft.Storage"]),
        }

    def test_endpoints_and_databases_are_closed_to_all_but_the_nodes(self, planned: Planned) -> None:
        plan = planned("network alone")
        rules = plan.of_type("azurerm_network_security_rule")
        closed = {
            item.values["network_security_group_name"] for item in rules if item.values["access"] == "Deny"
        }
        assert closed == {f"shop-development-{group}" for group in ("endpoints", "postgres", "mysql")}
        from_the_internet = {
            item.values["network_security_group_name"]: item.values["destination_port_ranges"]
            for item in rules
            if item.values.get("source_address_prefix") in {"Internet", "*"}
            and item.values["access"] == "Allow"
        }
        assert from_the_internet == {"shop-development-gateway": ["443", "80"]}

    def test_an_existing_network_is_left_alone(self, planned: Planned) -> None:
        made = planned("existing network").counts()
        assert not {"virtual_network", "subnet", "nat_gateway", "network_security_group"} & {
            resource_type.removeprefix("azurerm_") for resource_type in made
        }

    def test_its_databases_have_private_endpoints_instead_of_a_subnet(self, planned: Planned) -> None:
        plan = planned("existing network")
        served = {
            item.values["private_service_connection"][0]["subresource_names"][0]
            for item in plan.of_type("azurerm_private_endpoint")
        }
        assert {"postgresqlServer", "mysqlServer"} <= served
        server, _ = plan.of_type("azurerm_postgresql_flexible_server")
        assert server.values.get("delegated_subnet_id") is None


class TestCluster:
    def test_is_private_until_networks_are_named(self, planned: Planned) -> None:
        closed, opened = (
            cluster_of(planned(shape)) for shape in ("private cluster, one nat gateway", "production")
        )
        assert (closed["private_cluster_enabled"], closed["api_server_access_profile"]) == (True, [])
        assert (opened["private_cluster_enabled"], len(opened["api_server_access_profile"])) == (False, 1)

    def test_a_private_one_may_join_its_dns_zone_to_the_network(self, planned: Planned) -> None:
        def scopes(shape: str) -> set[str]:
            found = planned(shape).of_type("azurerm_role_assignment")
            granted = {item.address.partition("azurerm_role_assignment.")[2] for item in found}
            return {name for name in granted if name.startswith("control_plane")}

        identity = 'control_plane["nodes-identity"]'
        network = {identity, 'control_plane["network"]'}
        assert scopes("private cluster, one nat gateway") == scopes("existing network") == network
        subnets = {f'control_plane["subnet-{place}"]' for place in range(3)}
        assert scopes("two of each") == {identity} | subnets

    def test_has_the_version_sizes_and_administrators_that_were_asked_for(self, planned: Planned) -> None:
        cluster = cluster_of(planned("private cluster, one nat gateway"))
        pool = cluster["default_node_pool"][0]
        assert (cluster["kubernetes_version"], cluster["sku_tier"]) == ("1.34", "Standard")
        assert (pool["name"], pool["vm_size"]) == ("first", "Standard_B2s")
        assert (pool["min_count"], pool["node_count"], pool["max_count"]) == (2, 2, 5)
        assert (pool["os_disk_size_gb"], pool["zones"]) == (50, ["1", "2", "3"])
        entra = cluster["azure_active_directory_role_based_access_control"][0]
        assert entra["admin_group_object_ids"] == [GROUP, OTHER_GROUP]

    def test_a_further_size_starts_at_no_node(self, planned: Planned) -> None:
        pool = planned("private cluster, one nat gateway").only("azurerm_kubernetes_cluster_node_pool").values
        assert (pool["name"], pool["vm_size"], pool["mode"]) == ("first2", "Standard_D2ps_v5", "User")
        assert (pool["min_count"], pool["node_count"], pool["max_count"]) == (0, 0, 5)

    def test_pools_of_the_zones_add_up_to_what_was_asked_for(self, planned: Planned) -> None:
        plan = planned("production")
        pools = [
            cluster_of(plan)["default_node_pool"][0],
            *(item.values for item in plan.of_type("azurerm_kubernetes_cluster_node_pool")),
        ]
        first_size = [pool for pool in pools if pool["vm_size"] == "Standard_B2s"]
        assert [pool["zones"] for pool in first_size] == [["1"], ["2"], ["3"]]
        sums = [sum(pool[count] for pool in first_size) for count in ("min_count", "node_count", "max_count")]
        assert sums == [2, 2, 5]

    def test_nodes_are_encrypted_on_their_machines_outside_development(self, planned: Planned) -> None:
        asked = {
            shape: cluster_of(planned(shape))["default_node_pool"][0]["host_encryption_enabled"]
            for shape in ("two of each", "staging", "production")
        }
        assert asked == {"two of each": False, "staging": True, "production": True}

    def test_controllers_become_identities_of_what_the_spec_has(self, planned: Planned) -> None:
        def subjects(shape: str) -> set[str]:
            found = planned(shape).of_type("azurerm_federated_identity_credential")
            return {item.values["subject"].removeprefix("system:serviceaccount:") for item in found}

        assert subjects("cluster alone") == set()
        assert subjects("production") == {
            "external-dns:external-dns",
            "cert-manager:cert-manager",
            "external-secrets:external-secrets",
            "ingress:ingress-azure",
        }


class TestDatabases:
    def test_are_of_the_engine_version_and_size_that_was_asked_for(self, planned: Planned) -> None:
        orders = of(planned("two of each"), 'database["orders"]')["azurerm_postgresql_flexible_server"]
        legacy = of(planned("two of each"), 'database["legacy"]')["azurerm_mysql_flexible_server"]
        assert (orders["version"], orders["sku_name"]) == ("16", "GP_Standard_D2ds_v5")
        assert (legacy["version"], legacy["sku_name"]) == ("8.0.21", "B_Standard_B1ms")
        assert (legacy["storage"][0]["size_gb"], legacy["backup_retention_days"]) == (100, 3)
        assert legacy["geo_redundant_backup_enabled"] is True

    def test_multi_az_keeps_a_standby_and_a_reader(self, planned: Planned) -> None:
        servers = planned("two of each").of_type("azurerm_postgresql_flexible_server")
        primary, replica = sorted((item.values for item in servers), key=lambda values: values["name"])
        assert primary["high_availability"][0]["mode"] == "ZoneRedundant"
        assert (replica["create_mode"], replica["name"]) == ("Replica", f"{primary['name']}-replica")
        assert planned("two of each").only("azurerm_mysql_flexible_server").values["high_availability"] == []

    def test_a_reader_is_as_large_as_its_server_has_grown(self, planned: Planned) -> None:
        plan = planned("databases alone")
        module = plan.document["configuration"]["root_module"]["module_calls"]["database"]["module"]
        asked = {item["address"]: item["expressions"] for item in module["resources"]}
        postgres = asked["azurerm_postgresql_flexible_server.replica"]["storage_mb"]
        mysql = asked["azurerm_mysql_flexible_server.replica"]["storage"][0]["size_gb"]
        assert "azurerm_postgresql_flexible_server.this[0].storage_mb" in postgres["references"]
        assert "azurerm_mysql_flexible_server.this[0].storage[0].size_gb" in mysql["references"]

    def test_entra_sign_in_makes_an_administrator(self, planned: Planned) -> None:
        plan = planned("two of each")
        login = plan.only("azurerm_postgresql_flexible_server_active_directory_administrator").values
        assert login["principal_type"] == "ServicePrincipal"
        assert "azurerm_mysql_flexible_server_active_directory_administrator" not in plan.counts()

    def test_deletion_protection_locks_the_group_before_the_server_is_made(self, planned: Planned) -> None:
        plan = planned("databases alone")
        lock = plan.only("azurerm_management_lock")
        assert lock.address.startswith('module.database["orders"]')
        module = plan.document["configuration"]["root_module"]["module_calls"]["database"]["module"]
        depends = {item["address"]: item.get("depends_on") for item in module["resources"]}
        assert depends["azurerm_postgresql_flexible_server.this"] == ["azurerm_management_lock.keep"]
        assert depends["azurerm_mysql_flexible_server.this"] == ["azurerm_management_lock.keep"]


class TestCaches:
    def test_have_the_size_and_the_nodes_that_were_asked_for(self, planned: Planned) -> None:
        pages = of(planned("two of each"), 'cache["pages"]')["azurerm_managed_redis"]
        sessions = of(planned("two of each"), 'cache["sessions"]')["azurerm_managed_redis"]
        assert (pages["sku_name"], pages["high_availability_enabled"]) == ("MemoryOptimized_M50", True)
        assert (sessions["sku_name"], sessions["high_availability_enabled"]) == ("Balanced_B0", False)

    def test_are_reached_by_a_private_endpoint_alone(self, planned: Planned) -> None:
        endpoint = of(planned("two of each"), 'cache["pages"].module.private_endpoint')[
            "azurerm_private_endpoint"
        ]
        assert endpoint["private_service_connection"][0]["subresource_names"] == ["redisEnterprise"]
        zones = planned("two of each").of_type("azurerm_private_dns_zone")
        assert "privatelink.redis.azure.net" in {zone.values["name"] for zone in zones}

    def test_let_the_networks_in_that_they_allow(self, planned: Planned) -> None:
        rule = of(planned("two of each"), 'cache["pages"]')["azurerm_network_security_rule"]
        assert rule["source_address_prefixes"] == ["10.99.0.0/16"]
        assert "azurerm_network_security_rule" not in of(planned("two of each"), 'cache["sessions"]')


class TestMessages:
    def test_a_queue_is_what_was_asked_for(self, planned: Planned) -> None:
        mails = of(planned("queues alone"), 'queue["mails"]')["azurerm_servicebus_queue"]
        billing = of(planned("queues alone"), 'queue["billing.fifo"]')["azurerm_servicebus_queue"]
        assert (mails["lock_duration"], mails["max_delivery_count"]) == ("PT1M", 5)
        assert (mails["requires_session"], billing["requires_session"]) == (False, True)
        assert billing["default_message_ttl"] == "P4D", "as Azure gives PT345600S back"

    def test_a_topic_forwards_to_queues_and_keeps_for_readers(self, planned: Planned) -> None:
        found = planned("topics alone").of_type("azurerm_servicebus_subscription")
        assert {item.values["name"]: item.values.get("forward_to") for item in found} == {
            "mails": "mails",
            "audit": None,
        }

    def test_production_has_machines_of_its_own_and_is_private(self, planned: Planned) -> None:
        tiers = {
            shape: (values["sku"], values["public_network_access_enabled"])
            for shape in ("staging", "production")
            for values in [planned(shape).only("azurerm_servicebus_namespace").values]
        }
        assert tiers == {"staging": ("Standard", True), "production": ("Premium", False)}


class TestTables:
    def test_share_accounts_by_billing_regions_and_backup(self, planned: Planned) -> None:
        accounts = {
            tuple(place["location"] for place in sorted(item.values["geo_location"], key=by_priority)): (
                bool(item.values["capabilities"]),
                item.values["backup"][0]["type"],
            )
            for item in planned("production").of_type("azurerm_cosmosdb_account")
            if len(item.values["geo_location"]) > 1 or item.values["capabilities"]
        }
        assert accounts == {
            ("northeurope",): (True, "Continuous"),
            ("northeurope", "eastus"): (False, "Periodic"),
            ("northeurope", "eastus", "westeurope"): (False, "Continuous"),
        }

    def test_have_the_keys_and_throughput_that_were_asked_for(self, planned: Planned) -> None:
        tables = {
            item.values["name"]: item.values
            for item in planned("nosql_tables alone").of_type("azurerm_cosmosdb_sql_container")
        }
        assert tables["visits"]["partition_key_paths"] == ["/id", "/at"]
        assert (tables["visits"]["partition_key_kind"], tables["visits"]["throughput"]) == ("MultiHash", 500)
        assert tables["users"]["autoscale_settings"][0]["max_throughput"] == 2000
        assert (tables["carts"]["default_ttl"], tables["carts"].get("throughput")) == (-1, None)


class TestStorage:
    def test_only_a_public_bucket_lets_anyone_read(self, planned: Planned) -> None:
        plan = planned("two of each")
        assets, invoices = (of(plan, f'storage_bucket["{name}"]') for name in ("assets", "invoices"))
        assert assets["azurerm_storage_container"]["container_access_type"] == "blob"
        assert invoices["azurerm_storage_container"]["container_access_type"] == "private"
        account = invoices["azurerm_storage_account"]
        assert account["allow_nested_items_to_be_public"] is account["public_network_access_enabled"] is False
        assert account["network_rules"][0]["default_action"] == "Deny"

    def test_versions_origins_and_restoring(self, planned: Planned) -> None:
        account = of(planned("production"), 'storage_bucket["assets"]')["azurerm_storage_account"]
        blobs = account["blob_properties"][0]
        assert (blobs["versioning_enabled"], blobs["delete_retention_policy"][0]["days"]) == (True, 30)
        assert blobs["cors_rule"][0]["allowed_origins"] == ["https://shop.example.com"]
        assert account["account_replication_type"] == "ZRS"
        assert account["infrastructure_encryption_enabled"] is True


class TestStages:
    def test_outside_development_a_lock_keeps_what_holds_data(self, planned: Planned) -> None:
        def kinds_locked(shape: str) -> set[str]:
            return {
                item.address.split(".")[1].partition("[")[0]
                for item in planned(shape).of_type("azurerm_management_lock")
            }

        assert kinds_locked("two of each") == {"database"}
        keeping = {"database", "cosmos_account", "container_registry", "storage_bucket"}
        assert kinds_locked("staging") == kinds_locked("production") == keeping

    def test_production_s_registries_are_private(self, planned: Planned) -> None:
        for shape, tier in (("staging", "Basic"), ("production", "Premium")):
            registry = of(planned(shape), 'container_registry["api"]')["azurerm_container_registry"]
            assert (registry["sku"], registry["public_network_access_enabled"]) == (tier, tier == "Basic")

    def test_the_vault_is_open_to_development_and_to_named_networks(self, planned: Planned) -> None:
        development = planned("two of each").only("azurerm_key_vault").values
        production = planned("production").only("azurerm_key_vault").values
        protected = [vault["purge_protection_enabled"] for vault in (development, production)]
        assert protected == [False, True]
        assert development["network_acls"][0]["default_action"] == "Allow"
        firewall = production["network_acls"][0]
        assert (firewall["default_action"], firewall["ip_rules"]) == ("Deny", ["203.0.113.0/24"])
        assert not any("names nobody" in warning.detail for warning in planned("production").warnings)


class TestFrontDoor:
    def test_the_gateway_serves_the_vault_s_certificate_behind_the_firewall(self, planned: Planned) -> None:
        plan = planned("production")
        gateway = plan.only("azurerm_application_gateway").values
        listeners = {item["name"]: item["protocol"] for item in gateway["http_listener"]}
        assert listeners == {"http": "Http", "https": "Https"}
        assert [item["redirect_type"] for item in gateway["redirect_configuration"]] == ["Permanent"]
        firewall = plan.only("azurerm_web_application_firewall_policy").values
        assert firewall["policy_settings"][0]["mode"] == "Detection"

    def test_there_is_none_without_a_subnet_for_it(self, planned: Planned) -> None:
        counts = planned("existing network without a gateway's subnet").counts()
        assert counts["azurerm_web_application_firewall_policy"] == 1
        assert "azurerm_application_gateway" not in counts

    def test_an_existing_zone_is_read_only(self, planned: Planned) -> None:
        assert "azurerm_dns_zone" not in planned("existing dns zone").counts()
