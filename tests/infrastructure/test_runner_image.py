"""The runner's image as it is written down: one set of pins, and a Dockerfile that keeps its promises."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlparse

import pytest

from cdk.main import PROJECT
from chalicelib.domain.spec import SpecForm
from runner_task.image.__main__ import AWS_SERVICES
from runner_task.image.locks import locked_providers, without_hashes
from runner_task.image.pins import ARCHITECTURES, PinMissing, Tool, read_pins
from runner_task.settings import RUNNER_VERSION
from scripts import terraform as terraform_script

RUNNER_STACK = PROJECT / "chalicelib" / "providers" / "aws" / "runner_stack.json"
DOCKERFILE = PROJECT / "runner_task" / "Dockerfile"
PINS = read_pins()
SECRET = re.compile(r"(?i)secret|password|token|credential|private|_key$")


def instructions(stage: str) -> list[tuple[str, str]]:
    """``("COPY", "--from=build …")`` for the ``build`` stage or the ``final`` one."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.M)
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
    stages: list[list[tuple[str, str]]] = [[]]
    for word, rest in lines:
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, rest))
    arguments, build, final = stages
    return {"arguments": arguments, "build": build, "final": final}[stage]


def of(word: str, stage: str = "final") -> list[str]:
    return [rest for found, rest in instructions(stage) if found == word]


def environment() -> Mapping[str, str]:
    return dict(pair.split("=", 1) for line in of("ENV") for pair in shlex.split(line))


class TestPins:
    @pytest.mark.parametrize("tool", PINS.tools, ids=lambda tool: tool.name)
    @pytest.mark.parametrize("arch", ARCHITECTURES)
    def test_each_tool_is_pinned_for_each_platform(self, tool: Tool, arch: str) -> None:
        assert re.fullmatch(r"[0-9a-f]{64}", tool.sha256_for(arch))
        for address in (tool.url_for(arch), tool.checksums):
            assert urlparse(address).scheme == "https"
        assert tool.version in tool.url_for(arch)

    def test_platforms_have_their_own_bytes(self) -> None:
        digests = [tool.sha256_for(arch) for tool in PINS.tools for arch in ARCHITECTURES]
        assert len(set(digests)) == len(digests)

    def test_the_base_is_the_dockerfiles(self) -> None:
        assert dict([pair.split("=", 1) for pair in of("ARG", "arguments")])["BASE"] == PINS.base.reference
        (labels,) = of("LABEL")
        name = f'org.opencontainers.image.base.name="{PINS.base.image}:{PINS.base.tag}"'
        assert name in labels

    def test_terraform_is_the_one_that_a_persons_machine_gets(self) -> None:
        (tool,) = [tool for tool in PINS.tools if tool.name == "terraform"]
        assert tool.version == terraform_script.VERSION
        assert dict(tool.sha256) == {arch: terraform_script.SHA256[f"linux_{arch}"] for arch in ARCHITECTURES}

    def test_terraform_is_the_one_that_specs_ask_for(self) -> None:
        (tool,) = [tool for tool in PINS.tools if tool.name == "terraform"]
        assert SpecForm.model_fields["terraform_version"].default == tool.version

    def test_every_provider_that_a_template_locks_has_a_release(self) -> None:
        locked = locked_providers(PROJECT / "templates")
        assert {provider.source for provider in locked} == set(PINS.providers)
        assert without_hashes(PROJECT / "templates") == {}, "a job would find that its image has no template"


class TestDockerfile:
    def test_pleases_hadolint(self) -> None:
        hadolint = Path(sys.executable).with_name("hadolint")
        config = DOCKERFILE.with_name("hadolint.yaml")
        done = subprocess.run(
            [hadolint, "--config", config, DOCKERFILE], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def test_runs_nothing_on_the_platform_that_it_is_built_for(self) -> None:
        assert of("RUN") == []
        assert of("FROM", "build") == ["--platform=$BUILDPLATFORM ${BASE} AS build"]
        assert of("FROM") == ["--platform=$TARGETPLATFORM ${BASE}"]

    def test_starts_without_a_shell_and_without_a_name_for_its_user(self) -> None:
        assert json.loads(of("ENTRYPOINT")[0]) == ["python3", "-m", "runner_task"]
        assert of("CMD") == []
        assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", of("USER")[0])
        assert of("STOPSIGNAL") == ["SIGTERM"]

    def test_has_one_scratch_volume_and_writes_nowhere_else(self) -> None:
        (volume,) = json.loads(of("VOLUME")[0])
        places = environment()
        for name in ("HOME", "TMPDIR", "ALETHIA_CACHE_DIR", "ALETHIA_WORK_DIR"):
            assert Path(places[name]).is_relative_to(volume), name
        owner = of("USER")[0]
        assert f"--from=build --chown={owner} /image/work {volume}" in of("COPY")
        assert of("WORKDIR") == [volume]

    def test_has_its_volume_where_tasks_mount_one(self) -> None:
        """The deployed runner's task says the same of the root, the volume and its places."""
        resources = json.loads(RUNNER_STACK.read_text())["Resources"].values()
        (task,) = [one for one in resources if one["Type"] == "AWS::ECS::TaskDefinition"]
        (container,) = task["Properties"]["ContainerDefinitions"]
        (mount,) = container["MountPoints"]
        assert [mount["ContainerPath"]] == json.loads(of("VOLUME")[0])
        assert container["ReadonlyRootFilesystem"] is True
        set_by_the_task = {one["Name"]: one["Value"] for one in container["Environment"]}
        assert {name: environment()[name] for name in set_by_the_task} == set_by_the_task

    def test_has_no_secret_in_its_environment(self) -> None:
        assert [name for name in environment() if SECRET.search(name)] == []
        build_arguments = [
            line.split("=")[0] for stage in ("arguments", "build", "final") for line in of("ARG", stage)
        ]
        assert [name for name in build_arguments if SECRET.search(name)] == []

    def test_says_its_version(self) -> None:
        assert f"VERSION={RUNNER_VERSION}" in of("ARG")

    def test_keeps_the_models_of_every_aws_service_that_the_runner_calls(self) -> None:
        called = set()
        for module in (PROJECT / "runner_task" / "clouds" / "aws").glob("*.py"):
            called |= set(re.findall(r'\.(?:of|client)\(\s*"([a-z0-9-]+)"', module.read_text()))
        assert called == AWS_SERVICES

    def test_copies_what_the_build_context_lets_through(self) -> None:
        let_in = {
            line.removeprefix("!")
            for line in (PROJECT / ".dockerignore").read_text().splitlines()
            if line.startswith("!")
        }
        wanted = [shlex.split(line)[-2] for line in of("COPY", "build")]
        for path in wanted:
            assert (PROJECT / path).exists(), path
            assert any(Path(path).is_relative_to(allowed) for allowed in let_in), path


def test_a_pin_that_is_missing_stops_the_build_and_says_what_to_do(tmp_path: Path) -> None:
    document = json.loads((PROJECT / "runner_task" / "image" / "pins.json").read_text())
    del document["tools"]["helm"]["sha256"]["arm64"]
    (tmp_path / "pins.json").write_text(json.dumps(document))
    pins = read_pins(tmp_path / "pins.json")
    (helm,) = [tool for tool in pins.tools if tool.name == "helm"]
    with pytest.raises(PinMissing, match=r"helm .* has no sha256 for arm64\. Run .*scripts/image_pins\.py"):
        helm.sha256_for("arm64")
