"""Valid specs of any shape on any cloud, for hypothesis.

Values come from the cloud's own catalogue and options, from its ways to name things, and from the edges of
the form. What the cloud's rules refuse of a drawn form is taken out, so that each one is valid and none is
thrown away.
"""

from typing import Any

from hypothesis import strategies as st

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.spec import SpecForm
from chalicelib.domain.words import CloudProvider, ComponentKind, Stage
from chalicelib.providers.base import Provider
from chalicelib.providers.conversion.verdict import problems_with
from chalicelib.providers.equivalents.sizes import CAPACITY_STEPS

from . import azure_specs, gcp_specs
from .aws_specs import ACCOUNT

NAMES = st.one_of(
    st.sampled_from(["a", "orders", "mails", "mails.fifo", "a-b", "a_b", "a.b", "a--b", "goog", "n" * 63]),
    st.from_regex(r"[a-z][a-z0-9_.-]{0,40}", fullmatch=True),
)
"""Every name that a form takes, and more often those that clouds quarrel about."""

OWN: dict[CloudProvider, dict[str, Any]] = {
    CloudProvider.AWS: {
        "admins": [f"arn:aws:iam::{ACCOUNT}:role/platform", f"arn:aws:iam::{ACCOUNT}:user/ada"],
        "zones": ["Z0123456789ABCDEFGHIJ"],
        "endpoints": ["mails", "ops@example.com", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:audit"],
        "network": {"provision_network": False, "network_id": "vpc-0a1b2c3d4e5f67890"},
    },
    CloudProvider.GCP: {
        "admins": ["group:platform@example.com", "user:ada@example.com"],
        "zones": ["shop-example-com"],
        "endpoints": ["mails", "audit"],
        "network": gcp_specs.AN_EXISTING_NETWORK,
    },
    CloudProvider.AZURE: {
        "admins": [azure_specs.GROUP, azure_specs.OTHER_GROUP],
        "zones": [azure_specs.DNS_ZONE],
        "endpoints": ["mails", "audit"],
        "network": azure_specs.an_existing_network(),
    },
}
"""What only one cloud can name."""

BLOCKS = ["10.0.0.0/16", "10.20.0.0/20", "172.17.0.0/16", "192.168.0.0/12", "10.0.0.0/13", "203.0.113.0/24"]
OPTION_VALUES: dict[type, list[Any]] = {
    bool: [True, False],
    int: [1, 2, 3, 100, 400, 1000],
    str: ["expires", "Standard", "first", "pods"],
}


def specs_of(cloud: Provider) -> st.SearchStrategy[dict[str, Any]]:
    """Whole forms that `cloud` accepts, with every field filled in as a stored one has them."""
    return _drawn(cloud).map(lambda form: accepted(form, cloud))


def accepted(form: dict[str, Any], cloud: Provider) -> dict[str, Any]:
    """`form` without the components that `cloud` refuses."""
    kept = dict(form)
    while problems := problems_with(kept, cloud):
        field, *place = problems[0].path
        if field == "project_name":
            kept["project_name"] = "shop"
        elif field in COLLECTIONS.values():
            kept[str(field)] = [item for index, item in enumerate(kept[str(field)]) if index != place[0]]
        else:
            kept[str(field)] = None
    return SpecForm.model_validate(kept).model_dump(mode="json")


def _drawn(cloud: Provider) -> st.SearchStrategy[dict[str, Any]]:
    catalogue, own = cloud.catalogue, OWN[cloud.name]
    regions = [choice.value for choice in catalogue.regions]
    machines = [choice.value for choice in catalogue.instance_types]
    return _component(
        project_name=st.sampled_from(["shop", "a--b", "p" * 32, "goog1"]),
        environment_stage=st.sampled_from([stage.value for stage in Stage]),
        provider=st.just(cloud.name.value),
        region=st.sampled_from(regions),
        cloud_identity=st.sampled_from([None, "identity-1"]),
        network=st.one_of(
            st.none(),
            st.just(own["network"]),
            _component(
                cidr_block=st.sampled_from(BLOCKS),
                single_nat_gateway=st.booleans(),
                allowed_cidr_blocks=_some(st.sampled_from(BLOCKS)),
            ),
        ),
        cluster=st.none()
        | _component(
            cluster_version=st.sampled_from(catalogue.kubernetes_versions),
            instance_types=st.lists(st.sampled_from(machines), min_size=1, max_size=3, unique=True),
            node_disk_size_gb=st.sampled_from([20, 50, 3000]),
            cluster_admins=_some(st.sampled_from(own["admins"])),
            provider_config=_options(cloud, ComponentKind.CLUSTER),
            sizes=st.tuples(*[st.sampled_from([0, 1, 2, 5, 300, 1000])] * 3).map(sorted),
        ).map(_with_sizes),
        dns=st.none()
        | _component(
            domain_name=st.sampled_from(["shop.example.com", f"{'a' * 55}.example.com"]),
            zone_id=st.sampled_from([None, *own["zones"]]),
            managed_certificate=st.booleans(),
            waf_enabled=st.booleans(),
            provider_config=_options(cloud, ComponentKind.DNS),
        ),
        databases=_some(_databases(cloud)),
        caches=_some(_caches(cloud)),
        queues=_some(
            _component(
                name=NAMES,
                fifo=st.booleans(),
                visibility_timeout=st.sampled_from([0, 1, 30, 300, 600, 43200]),
                message_retention=st.sampled_from([60, 600, 1209600]),
                delay_seconds=st.sampled_from([0, 0, 900]),
                dead_letter=st.sampled_from([None, *({"max_receive_count": n} for n in (1, 5, 1000))]),
            )
        ),
        topics=_some(_component(name=NAMES, subscriptions=_some(_subscriptions(cloud)))),
        nosql_tables=_some(_tables(cloud, regions)),
        container_registries=_some(
            _component(
                name=NAMES,
                image_tag_mutability=st.sampled_from(["MUTABLE", "IMMUTABLE"]),
                scan_on_push=st.booleans(),
            )
        ),
        storage_buckets=_some(
            _component(
                name=NAMES,
                versioning=st.booleans(),
                encryption=st.booleans(),
                public_access=st.booleans(),
                cors_origins=_some(st.sampled_from(["*", "https://shop.example.com", "https://*.b.c"])),
            )
        ),
        secrets=_some(_component(name=NAMES, generate=st.booleans(), length=st.sampled_from([8, 128]))),
    )


def _databases(cloud: Provider) -> st.SearchStrategy[dict[str, Any]]:
    pairs = [(n, n) for n in CAPACITY_STEPS] + [(0.5, 2.0), (0, 1.0), (1.0, 200.0)]
    return _component(
        name=NAMES,
        engine=st.sampled_from(_engines(cloud.catalogue.database_engines)),
        capacity=st.sampled_from(pairs),
        port=st.sampled_from([None, 3306, 5432, 15432]),
        backup_retention_days=st.sampled_from([1, 7, 35]),
        iam_auth=st.booleans(),
        multi_az=st.booleans(),
        provider_config=_options(cloud, ComponentKind.DATABASE),
    ).map(_with_engine)


def _caches(cloud: Provider) -> st.SearchStrategy[dict[str, Any]]:
    return _component(
        name=NAMES,
        engine=st.sampled_from(_engines(cloud.catalogue.cache_engines)),
        node_type=st.sampled_from([choice.value for choice in cloud.catalogue.cache_node_types]),
        num_cache_nodes=st.sampled_from([1, 2, 3, 6]),
        multi_az=st.booleans(),
        allowed_cidr_blocks=_some(st.sampled_from(BLOCKS)),
    ).map(_with_engine)


def _subscriptions(cloud: Provider) -> st.SearchStrategy[dict[str, str]]:
    return _component(
        protocol=st.sampled_from(cloud.catalogue.subscription_protocols),
        endpoint=st.sampled_from([*OWN[cloud.name]["endpoints"], "https://hooks.example.com/events"]),
    )


def _tables(cloud: Provider, regions: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    places = ["eur3", "nam5", *regions] if cloud.name is CloudProvider.GCP else regions
    return _component(
        name=NAMES,
        hash_key=st.sampled_from(["id", "a/b", "__id__"]),
        hash_key_type=st.sampled_from("SNB"),
        range_key=st.sampled_from([None, "at"]),
        billing_mode=st.sampled_from(["PAY_PER_REQUEST", "PROVISIONED"]),
        point_in_time_recovery=st.booleans(),
        global_replicas=st.lists(st.sampled_from(places), max_size=3, unique=True),
        provider_config=_options(cloud, ComponentKind.NOSQL_TABLE),
    ).map(lambda table: {**table, "table_type": "global" if table["global_replicas"] else "standard"})


def _options(cloud: Provider, kind: ComponentKind) -> st.SearchStrategy[dict[str, Any]]:
    known = cloud.options.get(kind, {})
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(OPTION_VALUES[of]) for name, of in known.items()}
    )


def _component(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def _some(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, max_size=2)


def _engines(engines: Any) -> list[tuple[str, str]]:
    return [(engine.name, version) for engine in engines for version in engine.versions]


def _with_engine(drawn: dict[str, Any]) -> dict[str, Any]:
    engine, version = drawn.pop("engine")
    capacity = drawn.pop("capacity", None)
    sizes = {"min_capacity": capacity[0], "max_capacity": capacity[1]} if capacity else {}
    return {**drawn, "engine": engine, "engine_version": version, **sizes}


def _with_sizes(drawn: dict[str, Any]) -> dict[str, Any]:
    least, desired, most = drawn.pop("sizes")
    sizes = {"node_min_size": least, "node_desired_size": desired, "node_max_size": max(most, 1)}
    return {**drawn, **sizes}
