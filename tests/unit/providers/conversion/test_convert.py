"""What becomes of single fields, and that the report says so."""

from typing import Any

import pytest

from chalicelib.domain.conversion import Conversion, FieldReport, Outcome
from chalicelib.domain.errors import InvalidInput
from chalicelib.providers.aws import AWS
from chalicelib.providers.azure import AZURE
from chalicelib.providers.base import Provider
from chalicelib.providers.conversion import convert
from chalicelib.providers.gcp import GCP
from chalicelib.services.spec_forms import read_form, stored
from tests.support.gcp_specs import a_bare_form_for_gcp

CARRIED, CONVERTED, LOST, DECISION = Outcome


def moved(target: Provider, source: Provider = AWS, to: str | None = None, **form: Any) -> Conversion:
    """A small spec of `source` with these fields, moved to `target`, there to the region `to`."""
    regions = {AWS.name: "eu-west-1", GCP.name: "europe-west1", AZURE.name: "northeurope"}
    body = {
        "project_name": "shop",
        "environment_stage": "development",
        "provider": source.name.value,
        "region": regions[source.name],
        **form,
    }
    return convert(stored(read_form(body)), source, target, region=to)


def line(made: Conversion, field: str) -> FieldReport:
    (found,) = [line for line in made.report if line.field == field]
    return found


def told(made: Conversion, field: str) -> tuple[Outcome, Any, Any]:
    found = line(made, field)
    return found.outcome, found.was, found.becomes


def a_database(**fields: Any) -> list[dict[str, Any]]:
    return [{"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.8", **fields}]


class TestTheSpecItself:
    def test_cloud_region_and_account(self) -> None:
        made = moved(GCP)
        assert told(made, "provider") == (CONVERTED, "aws", "gcp")
        assert told(made, "region") == (CONVERTED, "eu-west-1", "europe-west1")
        assert line(made, "region").why.endswith("Europe (Belgium) of GCP, for Europe (Ireland) of AWS.")
        assert told(made, "project_name") == (CARRIED, "shop", "shop")
        assert told(made, "cloud_identity") == (DECISION, None, None)

    def test_a_name_that_the_target_refuses_is_made_legal(self) -> None:
        made = moved(GCP, project_name="goog", storage_buckets=[{"name": "assets"}])
        assert told(made, "project_name") == (CONVERTED, "goog", "project-goog")
        assert "can't start with goog" in line(made, "project_name").why

    def test_its_own_cloud_is_refused(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            moved(AWS)
        assert refused.value.field == "provider"

    @pytest.mark.parametrize("region", [None, "mars-north-1"])
    def test_a_region_must_be_known_or_said(self, region: str | None) -> None:
        form = stored(read_form(a_bare_form_for_gcp(region="europe-central2")))
        with pytest.raises(InvalidInput) as refused:
            convert(form, GCP, AWS, region=region)
        assert refused.value.field == "region"
        assert "eu-west-1" in refused.value.message

    def test_a_form_of_before_an_upgrade_says_which_field_is_wrong(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            convert({"project_name": "shop", "colour": "red"}, AWS, GCP)
        assert {problem.field for problem in refused.value.problems} >= {"colour", "region"}


class TestNetworkAndCluster:
    def test_an_existing_network_is_left_behind_and_a_new_one_takes_its_place(self) -> None:
        network = {
            "provision_network": False,
            "network_id": "vpc-0a1b2c3d4e5f67890",
            "private_subnet_ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
        }
        made = moved(GCP, network=network)
        assert told(made, "network.provision_network") == (DECISION, False, True)
        assert told(made, "network.network_id") == (DECISION, "vpc-0a1b2c3d4e5f67890", None)
        assert told(made, "network.private_subnet_ids[1]") == (DECISION, "subnet-1a1b2c3d", None)

    def test_machines_without_a_counterpart_give_way_to_those_that_have_one(self) -> None:
        made = moved(AZURE, cluster={"instance_types": ["x1.medium", "m6i.large", "x1.huge"]})
        assert told(made, "cluster.instance_types[0]") == (DECISION, "x1.medium", None)
        assert told(made, "cluster.instance_types[1]") == (CONVERTED, "m6i.large", "Standard_D2s_v5")
        assert made.form["cluster"]["instance_types"] == ["Standard_D2s_v5"]

    def test_a_machine_is_told_with_what_it_has_and_what_it_had(self) -> None:
        made = moved(GCP, cluster={"instance_types": ["c6i.large"]})
        assert told(made, "cluster.instance_types[0]") == (CONVERTED, "c6i.large", "n2-custom-2-4096")
        why = line(made, "cluster.instance_types[0]").why
        assert "2 vCPU, 4 GiB, compute, for 2 vCPU, 4 GiB, compute" in why

    def test_two_machines_of_one_size_become_one(self) -> None:
        made = moved(AZURE, cluster={"instance_types": ["m5.large", "m5a.large", "c5.large"]})
        assert made.form["cluster"]["instance_types"] == ["Standard_D2s_v5", "Standard_F2s_v2"]
        assert told(made, "cluster.instance_types[1]") == (LOST, "m5a.large", None)

    @pytest.mark.parametrize(
        ("region", "outcome", "becomes"),
        [("europe-west1", DECISION, "e2-medium"), ("europe-west4", CONVERTED, "t2a-standard-2")],
    )
    def test_a_machine_that_few_regions_have_is_taken_where_it_is(
        self, region: str, outcome: Outcome, becomes: str
    ) -> None:
        made = moved(GCP, to=region, cluster={"instance_types": ["m7g.large"]})
        assert told(made, "cluster.instance_types[0]") == (outcome, "m7g.large", becomes)

    def test_machines_that_are_refused_for_two_reasons_leave_the_cluster_its_usual_one(self) -> None:
        made = moved(GCP, cluster={"instance_types": ["m7g.large", "m7g.xlarge", "m8g.large"]})
        assert made.form["cluster"]["instance_types"] == ["e2-medium"]
        assert told(made, "cluster.node_max_size")[0] is CARRIED

    def test_without_any_the_stage_says_which(self) -> None:
        made = moved(GCP, cluster={"instance_types": ["t4g.medium", "t4g.large"]})
        assert told(made, "cluster.instance_types[0]") == (DECISION, "t4g.medium", "e2-medium")
        why = line(made, "cluster.instance_types[0]").why
        assert why.startswith("t4g.medium (2 vCPU, 4 GiB, burstable, Arm) of AWS has no counterpart")
        assert why.endswith("the draft takes e2-medium (2 vCPU, 4 GiB, shared core).")
        assert told(made, "cluster.instance_types[1]") == (DECISION, "t4g.large", None)

    def test_one_machine_is_kept_where_the_target_takes_one(self) -> None:
        made = moved(GCP, cluster={"instance_types": ["t3.medium", "m6i.large"]})
        assert told(made, "cluster.instance_types[0]") == (CONVERTED, "t3.medium", "e2-medium")
        assert told(made, "cluster.instance_types[1]") == (DECISION, "m6i.large", None)
        assert line(made, "cluster.instance_types[1]").why.startswith("GCP: a GKE node pool has one")

    def test_node_sizes_stay_in_order(self) -> None:
        sizes = {"node_min_size": 0, "node_desired_size": 0, "node_max_size": 3}
        made = moved(AZURE, cluster=sizes)
        assert told(made, "cluster.node_min_size") == (CONVERTED, 0, 1)
        assert told(made, "cluster.node_desired_size") == (CONVERTED, 0, 1)
        assert told(made, "cluster.node_max_size") == (CARRIED, 3, 3)

    def test_a_feature_goes_rather_than_all_of_it(self) -> None:
        domain = f"{'a' * 60}.example.com"
        made = moved(AZURE, GCP, dns={"domain_name": domain, "managed_certificate": True})
        assert told(made, "dns.managed_certificate") == (DECISION, True, False)
        assert told(made, "dns.domain_name") == (CARRIED, domain, domain)
        assert told(made, "dns.enabled") == (CARRIED, True, True)

    def test_people_of_the_other_cloud_are_left_behind(self) -> None:
        admin = "arn:aws:iam::123456789012:role/platform"
        made = moved(GCP, cluster={"cluster_admins": [admin]})
        assert told(made, "cluster.cluster_admins[0]") == (DECISION, admin, None)

    def test_a_kubernetes_version_that_is_not_offered_is_a_decision(self) -> None:
        theirs = AZURE.catalogue.kubernetes_versions
        version = next(one for one in AWS.catalogue.kubernetes_versions if one not in theirs)
        made = moved(AZURE, cluster={"cluster_version": version})
        assert told(made, "cluster.cluster_version") == (DECISION, version, theirs[0])

    def test_options_are_kept_where_the_target_has_them(self) -> None:
        table = {"name": "carts", "hash_key": "id", "provider_config": {"ttl_attribute": "expires"}}
        option = "nosql_tables[0].provider_config.ttl_attribute"
        assert told(moved(GCP, nosql_tables=[table]), option) == (CARRIED, "expires", "expires")
        assert told(moved(AZURE, nosql_tables=[table]), option) == (LOST, "expires", None)


class TestDatabasesAndCaches:
    def test_engine_and_release(self) -> None:
        made = moved(GCP, databases=a_database())
        assert told(made, "databases[0].engine") == (CONVERTED, "aurora-postgresql", "postgresql")
        assert told(made, "databases[0].engine_version") == (CONVERTED, "16.8", "16")

    @pytest.mark.parametrize(
        ("least", "most", "step", "outcome"),
        [(0.5, 2, 2, CARRIED), (1, 9, 16, CONVERTED), (1, 200, 128, DECISION)],
    )
    def test_a_range_becomes_the_step_that_holds_its_most(
        self, least: float, most: float, step: float, outcome: Outcome
    ) -> None:
        made = moved(AZURE, databases=a_database(min_capacity=least, max_capacity=most))
        assert told(made, "databases[0].max_capacity") == (outcome, most, step)
        assert line(made, "databases[0].min_capacity").becomes == step

    @pytest.mark.parametrize(
        ("source", "option", "machine", "target", "units"),
        [
            (GCP, "tier", "db-custom-4-15360", AWS, 7.5),
            (GCP, "tier", "db-custom-4-15360", AZURE, 8),
            (GCP, "tier", "db-f1-micro", AWS, 1),
            (GCP, "tier", "db-perf-optimized-N-4", AZURE, 16),
            (AZURE, "sku_name", "B_Standard_B2s", AWS, 2),
            (AZURE, "sku_name", "B_Standard_B1ms", GCP, 1),
            (AZURE, "sku_name", "MO_Standard_E4ds_v5", GCP, 16),
        ],
    )
    def test_a_machine_that_is_named_counts_instead_of_the_capacity(
        self, source: Provider, option: str, machine: str, target: Provider, units: float
    ) -> None:
        sizes = {"min_capacity": 4, "max_capacity": 4, "provider_config": {option: machine}}
        made = moved(target, source, databases=[{"name": "orders", **sizes}])
        assert line(made, f"databases[0].provider_config.{option}").outcome is LOST
        for field in ("min_capacity", "max_capacity"):
            assert told(made, f"databases[0].{field}") == (CONVERTED, 4, units)

    def test_a_machine_that_nobody_knows_is_a_decision(self) -> None:
        sizes = {"min_capacity": 4, "max_capacity": 4, "provider_config": {"tier": "db-n1-standard-8"}}
        made = moved(AWS, GCP, databases=[{"name": "orders", **sizes}])
        assert told(made, "databases[0].max_capacity") == (DECISION, 4, 4)
        assert "db-n1-standard-8" in line(made, "databases[0].max_capacity").why

    def test_a_disk_that_comes_in_other_sizes_gets_the_next(self) -> None:
        options = {"provider_config": {"storage_gb": 50}}
        made = moved(AZURE, GCP, databases=[{"name": "orders", **options}])
        assert told(made, "databases[0].provider_config.storage_gb") == (CONVERTED, 50, 64)

    def test_what_does_something_else_there_is_said(self) -> None:
        databases = a_database(min_capacity=4, max_capacity=4, multi_az=True)
        made = moved(AZURE, databases=databases)
        assert told(made, "databases[0].multi_az") == (CARRIED, True, True)
        assert "which nobody can read from" in line(made, "databases[0].multi_az").why
        (single,) = moved(AZURE, databases=[{**databases[0], "multi_az": False}]).form["databases"]
        assert single["multi_az"] is False
        assert not line(moved(AZURE, databases=a_database(multi_az=False)), "databases[0].multi_az").why

    @pytest.mark.parametrize(
        ("source", "node_type", "target", "outcome", "becomes"),
        [
            (GCP, "redis-5gb", AWS, CONVERTED, "cache.m7g.large"),
            (GCP, "redis-1gb", AWS, DECISION, "cache.t4g.micro"),
            (GCP, "redis-300gb", AWS, DECISION, "cache.r7g.xlarge"),
            (AZURE, "Balanced_B50", GCP, CONVERTED, "redis-64gb"),
        ],
    )
    def test_a_cache_that_is_between_two_sizes_gets_the_larger_and_less_memory_is_told(
        self, source: Provider, node_type: str, target: Provider, outcome: Outcome, becomes: str
    ) -> None:
        made = moved(target, source, caches=[{"name": "pages", "node_type": node_type}])
        assert told(made, "caches[0].node_type") == (outcome, node_type, becomes)

    def test_a_standby_gets_a_machine_that_can_have_one(self) -> None:
        made = moved(AZURE, databases=a_database(min_capacity=1, max_capacity=2, multi_az=True))
        assert told(made, "databases[0].multi_az") == (CARRIED, True, True)
        assert told(made, "databases[0].max_capacity") == (CONVERTED, 2, 4)
        assert "burstable" in line(made, "databases[0].max_capacity").why
        assert line(made, "databases[0].min_capacity").becomes == 4

    def test_a_port_that_the_target_has_not_is_lost(self) -> None:
        assert told(moved(GCP, databases=a_database(port=15432)), "databases[0].port") == (LOST, 15432, None)

    def test_backups_are_kept_as_near_as_can_be(self) -> None:
        made = moved(AZURE, databases=a_database(backup_retention_days=3))
        assert told(made, "databases[0].backup_retention_days") == (CONVERTED, 3, 7)

    def test_a_line_names_its_component(self) -> None:
        made = moved(GCP, databases=a_database(), cluster={}, network={})
        assert line(made, "databases[0].engine").component == "orders"
        assert line(made, "cluster.node_max_size").component is None

    def test_an_engine_without_a_counterpart_is_a_decision(self) -> None:
        cache = {"name": "pages", "engine": "valkey", "engine_version": "8.0", "node_type": "cache.t3.micro"}
        made = moved(GCP, caches=[cache])
        assert told(made, "caches[0].engine") == (DECISION, "valkey", "redis")
        assert told(made, "caches[0].engine_version") == (DECISION, "8.0", "7.2")
        assert told(made, "caches[0].node_type") == (CONVERTED, "cache.t3.micro", "redis-1gb")

    def test_fewer_nodes_are_a_decision(self) -> None:
        cache = {"name": "pages", "node_type": "cache.t4g.micro", "num_cache_nodes": 3, "multi_az": True}
        made = moved(GCP, caches=[cache])
        assert told(made, "caches[0].num_cache_nodes") == (DECISION, 3, 2)
        assert told(made, "caches[0].multi_az") == (CARRIED, True, True)


class TestMessages:
    def test_times_go_to_the_nearest_that_the_target_has(self) -> None:
        queue = {"name": "mails", "visibility_timeout": 43200, "message_retention": 60}
        made = moved(GCP, queues=[queue])
        assert told(made, "queues[0].visibility_timeout") == (CONVERTED, 43200, 600)
        assert told(made, "queues[0].message_retention") == (CONVERTED, 60, 600)
        assert line(made, "queues[0].visibility_timeout").why.startswith("GCP: Pub/Sub waits 10 to 600")

    def test_a_delay_is_lost(self) -> None:
        made = moved(AZURE, queues=[{"name": "mails", "delay_seconds": 60}])
        assert told(made, "queues[0].delay_seconds") == (LOST, 60, 0)

    def test_a_receiver_follows_its_renamed_queue(self) -> None:
        made = moved(
            AZURE,
            queues=[{"name": "mails-"}],
            topics=[{"name": "events", "subscriptions": [{"protocol": "sqs", "endpoint": "mails-"}]}],
        )
        assert told(made, "queues[0].name") == (CONVERTED, "mails-", "mails")
        assert told(made, "topics[0].subscriptions[0].endpoint") == (CONVERTED, "mails-", "mails")

    def test_a_queue_that_topics_fill_is_read_beside_them_where_they_cant(self) -> None:
        receivers = [{"protocol": "sqs", "endpoint": "mails"}]
        topics = [{"name": "events", "subscriptions": receivers}]
        made = moved(GCP, queues=[{"name": "mails"}], topics=topics)
        assert told(made, "topics[0].subscriptions[0].protocol") == (CONVERTED, "sqs", "pull")
        assert "fills no queue" in line(made, "topics[0].subscriptions[0].protocol").why

    def test_a_queue_in_an_account_is_a_decision(self) -> None:
        arn = "arn:aws:sqs:eu-west-1:123456789012:theirs"
        made = moved(
            GCP, topics=[{"name": "events", "subscriptions": [{"protocol": "sqs", "endpoint": arn}]}]
        )
        assert told(made, "topics[0].subscriptions[0].endpoint") == (DECISION, arn, None)
        assert "in an account of AWS" in line(made, "topics[0].subscriptions[0].endpoint").why

    def test_two_names_that_would_become_one_stay_two(self) -> None:
        made = moved(GCP, container_registries=[{"name": "a.b"}, {"name": "a-b"}, {"name": "a_b"}])
        names = [registry["name"] for registry in made.form["container_registries"]]
        assert len(set(names)) == 3
        assert "a-b" in names

    def test_a_receiver_without_a_counterpart_is_lost_whole(self) -> None:
        subscriptions = [
            {"protocol": "email", "endpoint": "ops@example.com"},
            {"protocol": "https", "endpoint": "https://hooks.example.com/events"},
        ]
        made = moved(GCP, topics=[{"name": "events", "subscriptions": subscriptions}])
        assert told(made, "topics[0].subscriptions[0].protocol") == (LOST, "email", None)
        assert told(made, "topics[0].subscriptions[0].endpoint") == (LOST, "ops@example.com", None)
        assert told(made, "topics[0].subscriptions[1].protocol") == (CONVERTED, "https", "push")
        assert len(made.form["topics"][0]["subscriptions"]) == 1

    def test_a_name_for_readers_stays_one_where_no_queue_has_it(self) -> None:
        subscriptions = [{"protocol": "pull", "endpoint": "mails"}, {"protocol": "pull", "endpoint": "audit"}]
        made = moved(
            AZURE,
            GCP,
            queues=[{"name": "mails"}],
            topics=[{"name": "events", "subscriptions": subscriptions}],
        )
        assert told(made, "topics[0].subscriptions[0].protocol") == (CONVERTED, "pull", "queue")
        assert told(made, "topics[0].subscriptions[1].protocol") == (CONVERTED, "pull", "subscription")


class TestTables:
    def a_table(self, *replicas: str) -> list[dict[str, Any]]:
        return [{"name": "users", "table_type": "global", "hash_key": "id", "global_replicas": replicas}]

    def test_copies_get_their_regions(self) -> None:
        made = moved(AZURE, nosql_tables=self.a_table("eu-central-1", "us-east-1"))
        assert made.form["nosql_tables"][0]["global_replicas"] == ["germanywestcentral", "eastus"]

    @pytest.mark.parametrize(
        ("replicas", "becomes", "outcome"),
        [
            (["eu-central-1", "eu-west-3"], "eur3", CONVERTED),
            (["us-east-1"], "nam5", DECISION),
            (["ap-south-1", "us-east-1"], "nam5", DECISION),
        ],
    )
    def test_copies_become_a_multi_region(self, replicas: list[str], becomes: str, outcome: Outcome) -> None:
        made = moved(GCP, nosql_tables=self.a_table(*replicas))
        assert made.form["nosql_tables"][0]["global_replicas"] == [becomes]
        assert {line.outcome for line in made.report if "replicas" in line.field} <= {outcome, LOST}

    def test_a_key_that_is_refused_gets_a_plain_name(self) -> None:
        tables = [{"name": "users", "hash_key": "__id__", "range_key": "a/b"}]
        made = moved(GCP, nosql_tables=tables)
        assert told(made, "nosql_tables[0].hash_key") == (DECISION, "__id__", "id")
        assert told(made, "nosql_tables[0].range_key") == (CARRIED, "a/b", "a/b")
        made = moved(AZURE, nosql_tables=tables)
        assert told(made, "nosql_tables[0].range_key") == (DECISION, "a/b", "a_b")

    def test_a_multi_region_becomes_a_copy_beside_the_drafts_own_region(self) -> None:
        made = moved(AWS, GCP, nosql_tables=self.a_table("eur3"))
        assert made.form["nosql_tables"][0]["global_replicas"] == ["eu-central-1"]

    def test_a_table_that_is_copied_nowhere_any_more_is_a_standard_one(self) -> None:
        made = moved(GCP, nosql_tables=self.a_table("ap-south-1"))
        assert told(made, "nosql_tables[0].table_type") == (DECISION, "global", "standard")
        assert told(made, "nosql_tables[0].global_replicas[0]") == (DECISION, "ap-south-1", None)
