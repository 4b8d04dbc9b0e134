"""``make synth`` and ``make deploy``: what they refuse, what they find, and what they call."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from cdk import deploy, synth
from cdk.account import Account, NotReady, account_of, require_bootstrap
from cdk.main import DEPLOYMENTS, stack_name
from cdk.packaging import PackagingFailed
from tests.infrastructure.conftest import Judged
from tests.support.ministack import ministack

ACCOUNT = Account(id="123456789012", region="eu-west-1", caller="arn:aws:iam::123456789012:user/ada")


class TestSynth:
    def test_accepts_every_stack_of_the_project(self, judged: Judged) -> None:
        assert judged.returncode == 0, judged.said
        rows = dict(line.split(maxsplit=1) for line in judged.said.splitlines() if " " in line.strip())
        ours = {"alethia-control-plane", "alethia-dev-control-plane", "alethia-link", "alethia-runner"}
        assert ours <= set(rows)
        assert float(rows["whole.zip:"].split()[0]) <= 11

    def test_finds_what_each_judge_finds(self, judged: Judged) -> None:
        theirs = {("cdk-nag", "AwsSolutions-S10"), ("CDK", "F3002"), ("cfn-lint", "E3002")}
        assert theirs <= judged.against["careless"]

    @pytest.mark.parametrize("command", [synth.main, deploy.main])
    def test_says_what_is_wrong_with_a_deployment(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Callable[[list[str]], int]
    ) -> None:
        file = tmp_path / "mine.json"
        file.write_text('{"sign_in": {"issuer": "http://insecure.example.com"}}')
        assert command([str(file), "--out", str(tmp_path / "out")]) == 1
        assert "sign_in.issuer" in capsys.readouterr().err


class TestEmpty:
    """What an earlier synthesis left would be judged, and deployed, as the present one's."""

    def test_takes_away_what_a_synthesis_made(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        for _ in range(2):
            synth.empty(out)
            assert not out.exists()
            out.mkdir()
            (out / "manifest.json").touch()
            (out / synth.REPORT).touch()

    def test_takes_away_nothing_else(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.tex").touch()
        with pytest.raises(FileExistsError, match="name another folder by --out"):
            synth.empty(tmp_path)
        assert (tmp_path / "thesis.tex").exists()

    def test_is_what_a_deployment_begins_with(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "manifest.json").touch()

        def packaging(*_: object) -> None:
            assert not tmp_path.exists()
            raise PackagingFailed("so far")

        monkeypatch.setattr(deploy, "vendored", packaging)
        with pytest.raises(PackagingFailed):
            deploy.synthesize(deploy.read_deployment(DEPLOYMENTS / "dev.json"), tmp_path)


class TestAccount:
    @pytest.fixture(autouse=True)
    def nothing_set(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def test_must_have_a_region(self) -> None:
        with pytest.raises(NotReady, match="No region: set AWS_REGION"):
            account_of(botocore.session.Session())

    def test_must_have_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        with pytest.raises(NotReady, match="No AWS credentials: sign in"):
            account_of(botocore.session.Session())

    def test_must_be_a_profile_that_there_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_PROFILE", "nowhere")
        with pytest.raises(NotReady, match=r"nowhere.*AWS_PROFILE must name"):
            account_of(botocore.session.Session())

    def test_must_be_one_that_aws_lets_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        with pytest.raises(NotReady, match=r"\(ExpiredToken\): sign in again"):
            account_of(Refusing("ExpiredToken"))

    def test_must_have_been_prepared_for_the_cdk(self, aws: Any) -> None:
        account = account_of(aws)
        assert (account.id, account.region) == ("000000000000", "eu-central-1")
        with pytest.raises(NotReady, match="cdk bootstrap aws://000000000000/eu-central-1"):
            require_bootstrap(aws, account, "cdk")
        aws.create_client("ssm", region_name=account.region).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
        )
        require_bootstrap(aws, account, "cdk")

    def test_whose_preparation_may_not_be_seen_is_left_to_the_cdk(self) -> None:
        require_bootstrap(Refusing("AccessDeniedException"), ACCOUNT, "cdk")

    @pytest.fixture
    def aws(self, nothing_set: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
        """A session with an emulated AWS."""
        with ministack(tmp_path, "sts,ssm") as endpoint:
            monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
            monkeypatch.setenv("AWS_REGION", "eu-central-1")
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
            yield botocore.session.Session()


class TestDeploy:
    def test_a_missing_command_is_said_before_anything_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(NotReady, match="npm ci"):
            deploy.cdk_command(tmp_path / "cdk")

    def test_calls_the_command_for_one_stack_in_one_region(self, tmp_path: Path) -> None:
        run = Run()
        cdk = deploy.Cdk("cdk", tmp_path, "alethia-control-plane", ACCOUNT, run)
        cdk.outputs.write_text('{"alethia-control-plane": {"ApiUrl": "https://api.example.com"}}')
        cdk.diff()
        assert cdk.deploy() == {"ApiUrl": "https://api.example.com"}
        cdk.destroy()
        app = ["--app", str(tmp_path), "alethia-control-plane"]
        asked = ["--require-approval", "never", "--outputs-file", str(tmp_path / "outputs.json")]
        assert run.argv == [
            ["cdk", "diff", *app, "--no-notices"],
            ["cdk", "deploy", *app, *asked, "--no-notices"],
            ["cdk", "destroy", *app, "--force", "--no-notices"],
        ]
        assert {environment["AWS_REGION"] for environment in run.environments} == {"eu-west-1"}

    def test_stops_where_the_command_fails(self, tmp_path: Path) -> None:
        with pytest.raises(NotReady, match="`cdk diff` failed"):
            deploy.Cdk("cdk", tmp_path, "alethia-control-plane", ACCOUNT, Run(1)).diff()

    def test_asks_somebody_who_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(NotReady, match="ARGS=--yes"):
            deploy.agreed("Deploy?", yes=False)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda _question: "")
        with pytest.raises(NotReady, match="Nothing was changed"):
            deploy.agreed("Deploy?", yes=False)
        monkeypatch.setattr("builtins.input", lambda _question: "y")
        deploy.agreed("Deploy?", yes=False)

    def test_is_told_which_deployment(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            deploy.main([])
        assert "required: DEPLOYMENT=my.json" in capsys.readouterr().err

    def test_two_deployments_are_two_stacks(self) -> None:
        files = (DEPLOYMENTS / "dev.json", DEPLOYMENTS / "prod.json")
        assert len({stack_name(deploy.read_deployment(file)) for file in files}) == 2


class Refusing:
    """A session whose every call AWS refuses."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_config_variable(self, name: str) -> None:
        return None

    def create_client(self, service: str, region_name: str) -> "Refusing":
        return self

    def get_caller_identity(self) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "GetCallerIdentity")

    def get_parameter(self, **_name: str) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "GetParameter")


class Run:
    """Stands in for ``subprocess.run``."""

    def __init__(self, returncode: int = 0) -> None:
        self.returncode = returncode
        self.argv: list[list[str]] = []
        self.environments: list[dict[str, str]] = []

    def __call__(self, argv: list[str], *, env: dict[str, str], check: bool) -> "Run":
        self.argv.append(argv)
        self.environments.append(env)
        return self
