"""The zips as they are deployed, with every dependency: small, and each function starts from its own."""

import zipfile
from pathlib import Path

import pytest

from cdk.constructs.api_definition import authorizers_of
from cdk.main import KEPT, LOCK
from cdk.packaging import API_FUNCTION, WITHOUT_CRYPTO, Package, Zip, package
from cdk.vendoring import AWS_SERVICES, vendored
from tests.infrastructure.unpacked import Unpacked, services_of

EVERYTHING = ["*"]


@pytest.fixture(scope="session")
def complete(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package(project, tmp_path_factory.mktemp("complete") / "build", vendored(LOCK, KEPT))


@pytest.fixture(scope="session")
def unpacked(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    return Unpacked(tmp_path_factory.mktemp("unpacked"), project)


def zip_of(package: Package, name: str) -> Zip:
    return package.functions[name].code


def services(package: Package, project: Path, *functions: str) -> list[str]:
    return services_of({package.functions[name].handler.split(".")[-1] for name in functions}, project)


def test_they_are_small(complete: Package) -> None:
    assert zip_of(complete, "APIHandler").path.stat().st_size <= 11_000_000
    assert zip_of(complete, "Finalize").path.stat().st_size <= 7_000_000


def test_they_hold_compiled_code_only(complete: Package) -> None:
    for function in complete.functions.values():
        with zipfile.ZipFile(function.code.path) as opened:
            names = set(opened.namelist())
        assert {"app.pyc", "pydantic/__init__.pyc", "botocore/cacert.pem"} <= names
        assert not [name for name in names if name.endswith(".py")]
        assert {f"botocore/data/{service}" for service in AWS_SERVICES} <= {
            "/".join(name.split("/")[:3]) for name in names
        }


def test_every_function_of_the_whole_one_starts(complete: Package, unpacked: Unpacked) -> None:
    assert "cryptography" in unpacked.start(zip_of(complete, "APIHandler"), EVERYTHING)


def test_functions_without_cryptography_start_without_it(
    complete: Package, unpacked: Unpacked, project: Path
) -> None:
    assert set(complete.functions) >= WITHOUT_CRYPTO
    wanted = services(complete, project, *WITHOUT_CRYPTO)
    loaded = unpacked.start(zip_of(complete, "Finalize"), wanted)
    assert not loaded & {"cryptography", "jwt", "boto3"}


def test_functions_with_cryptography_need_it(complete: Package, unpacked: Unpacked, project: Path) -> None:
    asked_by_the_api = {API_FUNCTION, *authorizers_of(complete.api_definition)}
    for function in sorted(set(complete.functions) - WITHOUT_CRYPTO - asked_by_the_api):
        with pytest.raises(AssertionError, match=r"No module named '(cryptography|jwt)'"):
            unpacked.start(zip_of(complete, "Finalize"), services(complete, project, function))


def test_a_function_that_is_named_in_no_list_gets_the_whole_one(complete: Package) -> None:
    for name in set(complete.functions) - WITHOUT_CRYPTO:
        assert zip_of(complete, name) == zip_of(complete, "APIHandler")
