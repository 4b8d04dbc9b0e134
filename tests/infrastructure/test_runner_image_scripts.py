"""What an operator runs for the image: build it, describe it, pin it anew."""

import json
import os
import subprocess
import sys
from collections import Counter
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from cdk.main import PROJECT
from runner_task.image.locks import locked_providers
from runner_task.image.pins import ARCHITECTURES, read_pins
from scripts import image_pins
from scripts.sbom import document, locked_packages
from tests.support.file_server import served

PINS = read_pins()


class TestTheBillOfMaterials:
    @pytest.mark.parametrize("arch", ARCHITECTURES)
    def test_is_valid_cyclonedx(self, arch: str) -> None:
        text = json.dumps(document(arch))
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None

    def test_names_every_tool_with_the_sha256_of_its_platform(self) -> None:
        for arch in ARCHITECTURES:
            found = {one["name"]: one for one in document(arch)["components"]}
            for tool in PINS.tools:
                component = found[tool.name]
                (distribution,) = component["externalReferences"]
                assert component["version"] == tool.version
                assert distribution["url"] == tool.url_for(arch)
                assert [known["content"] for known in distribution["hashes"]] == [tool.sha256_for(arch)]
                purl = PackageURL.from_string(component["purl"])
                assert purl.qualifiers["checksum"] == f"sha256:{tool.sha256_for(arch)}"

    def test_names_the_base_and_every_locked_provider(self) -> None:
        found = {one["name"]: one for one in document("arm64")["components"]}
        assert found[PINS.base.image]["version"] == f"{PINS.base.tag}@{PINS.base.digest}"
        for provider in filter(lambda one: one.verifiable, locked_providers(PROJECT / "templates")):
            component = found[f"terraform-provider-{provider.name}"]
            (distribution,) = component["externalReferences"]
            assert component["version"] == provider.version
            assert all(provider.accepts_zip(known["content"]) for known in distribution["hashes"])

    def test_names_every_locked_package_with_its_hashes(self) -> None:
        lock = (PROJECT / "requirements" / "runner.txt").read_text()
        found = {one["name"]: one for one in document("arm64")["components"] if one["type"] == "library"}
        assert {name: one["version"] for name, one in found.items()} == {
            line.split("==")[0]: line.split("==")[1].split()[0] for line in lock.splitlines() if "==" in line
        }
        hashes = [
            known["content"] for one in found.values() for known in one["externalReferences"][0]["hashes"]
        ]
        assert Counter(hashes) == Counter(word.split(":")[1] for word in lock.split() if "--hash=" in word)

    def test_says_who_needs_whom(self) -> None:
        bill = document("arm64")
        known = {one["bom-ref"]: one["name"] for one in bill["components"]}
        needs = {one["ref"]: {known[ref] for ref in one["dependsOn"]} for one in bill["dependencies"]}
        assert {"terraform", "boto3", "httpx"} <= needs["alethia-runner"]
        assert "botocore" not in needs["alethia-runner"]
        (boto3,) = [ref for ref, name in known.items() if name == "boto3"]
        assert needs[boto3] == {"botocore", "jmespath", "s3transfer"}

    def test_is_the_same_for_the_same_files_and_another_for_another_platform(self) -> None:
        assert document("arm64") == document("arm64")
        assert document("arm64")["serialNumber"] != document("amd64")["serialNumber"]

    def test_reads_markers_and_comments_of_a_lock(self) -> None:
        (package,) = locked_packages(
            "# header\ncffi==2.1.1 ; sys_platform != 'x' \\\n    --hash=sha256:aa \\\n"
            "    --hash=sha256:bb\n    # via\n    #   -c requirements/dev.txt\n    #   cryptography\n"
        )
        assert (package.name, package.version, package.sha256) == ("cffi", "2.1.1", ("aa", "bb"))
        assert "cryptography" in package.needed_by


class TestMakeImage:
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Path:
        """Notes what it was asked."""
        for name in ("docker", "buildah"):
            (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/asked\n')
            (tmp_path / name).chmod(0o755)
        return tmp_path

    def make(self, engine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = PROJECT / "scripts" / "image.py"
        path = f"{engine}{os.pathsep}/usr/bin{os.pathsep}/bin"
        return subprocess.run(
            [sys.executable, script, *arguments],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize("name", ["docker", "buildah"])
    def test_builds_both_platforms_and_says_how_to_push_them(self, engine: Path, name: str) -> None:
        if name == "buildah":
            (engine / "docker").write_text("#!/bin/sh\nexit 1\n")  # no daemon
        done = self.make(engine, "--tag", "t1", "--repository", "registry.test/runner")
        assert done.returncode == 0, done.stderr
        asked = [line for line in (engine / "asked").read_text().splitlines() if " build " in line]
        assert [line.split()[0] for line in asked] == [name, name]
        for line, arch in zip(asked, ARCHITECTURES, strict=True):
            assert f"--platform linux/{arch} --file runner_task/Dockerfile" in line
            assert ("--build-arg BUILDPLATFORM=linux/" in line) == (name == "buildah")
            assert line.endswith(f"--tag alethia-runner:t1-{arch} .")
            written = PROJECT / ".alethia" / "image" / f"alethia-runner-t1-{arch}.cdx.json"
            assert json.loads(written.read_text())["bomFormat"] == "CycloneDX"
            written.unlink()
            assert "--self-test" in done.stdout and f"alethia-runner:t1-{arch}" in done.stdout
        push = {"docker": "imagetools create --tag", "buildah": "manifest push --all"}[name]
        assert f"{push} registry.test/runner:t1" in done.stdout

    def test_an_index_of_ones_own_stays_a_secret(self, engine: Path, tmp_path: Path) -> None:
        done = self.make(engine, "--tag", "t2", "--arch", "amd64", "--pip-conf", str(tmp_path / "pip.conf"))
        (PROJECT / ".alethia" / "image" / "alethia-runner-t2-amd64.cdx.json").unlink()
        assert done.returncode == 0, done.stderr
        assert f"--secret id=pip.conf,src={tmp_path}/pip.conf" in (engine / "asked").read_text()

    def test_without_an_engine_says_what_is_missing(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, PROJECT / "scripts" / "image.py"],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.strip().endswith("neither is here.") and "Traceback" not in done.stderr


class Registry(SimpleHTTPRequestHandler):
    """A file server that says digests like Docker Hub."""

    digest = "sha256:" + "f" * 64

    def log_message(self, *_: object) -> None: ...

    def end_headers(self) -> None:
        if self.path.startswith("/registry-1.docker.io/v2/"):
            assert self.headers["Authorization"] == "Bearer signed-in"
            self.send_header("Docker-Content-Digest", self.digest)
        super().end_headers()


class TestPins:
    @pytest.fixture
    def published(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """What the publishers say, which is what is pinned; and copies of the files that are changed."""
        pins, dockerfile = tmp_path / "pins.json", tmp_path / "Dockerfile"
        pins.write_text(image_pins.PINS.read_text())
        dockerfile.write_text(image_pins.DOCKERFILE.read_text())
        monkeypatch.setattr(image_pins, "PINS", pins)
        monkeypatch.setattr(image_pins, "DOCKERFILE", dockerfile)
        monkeypatch.setattr(image_pins, "read_pins", lambda: read_pins(pins))
        folder = tmp_path / "server"
        for tool in PINS.tools:
            for arch in ARCHITECTURES:
                self.say(folder, tool.checksums.format(version=tool.version, arch=arch), "")
            for arch in ARCHITECTURES:
                path = self.path(folder, tool.checksums.format(version=tool.version, arch=arch))
                file = tool.url_for(arch).rsplit("/", 1)[-1]
                path.write_text(f"{path.read_text()}{tool.sha256_for(arch)}  {file}\n")
        self.say(folder, "https://auth.docker.io/token", '{"token": "signed-in"}')
        name = PINS.base.image.removeprefix("docker.io/")
        self.say(folder, f"https://registry-1.docker.io/v2/{name}/manifests/{PINS.base.tag}", "{}")
        return folder

    @staticmethod
    def path(folder: Path, url: str) -> Path:
        return folder / url.removeprefix("https://")

    def say(self, folder: Path, url: str, text: str) -> None:
        path = self.path(folder, url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, published: Path, *arguments: str) -> int:
        with served(published, Registry) as address:
            return image_pins.main([*arguments, "--releases", address])

    def test_that_are_as_published_are_told_so(
        self, published: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(published) == 0
        printed = capsys.readouterr().out
        assert "FAIL" not in printed and printed.count("ok  ") == 2 * len(PINS.tools) + 1
        assert f"newest is {Registry.digest}" in printed

    def test_that_are_not_as_published_fail(
        self, published: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (kubectl,) = [tool for tool in PINS.tools if tool.name == "kubectl"]
        self.say(published, kubectl.checksums.format(version=kubectl.version, arch="arm64"), "0" * 64)
        assert self.run(published) == 1
        assert f"FAIL  kubectl {kubectl.version} linux_arm64" in capsys.readouterr().out

    def test_are_taken_from_the_publisher_for_both_platforms(self, published: Path) -> None:
        for arch, digest in (("amd64", "a" * 64), ("arm64", "b" * 64)):
            file = f"helm-v3.99.0-linux-{arch}.tar.gz"
            self.say(published, f"https://get.helm.sh/{file}.sha256sum", f"{digest}  {file}\n")
        assert self.run(published, "helm=3.99.0", "base") == 0
        written: dict[str, Any] = json.loads(image_pins.PINS.read_text())
        assert written["tools"]["helm"]["version"] == "3.99.0"
        assert written["tools"]["helm"]["sha256"] == {"amd64": "a" * 64, "arm64": "b" * 64}
        assert written["base"]["digest"] == Registry.digest
        assert f"@{Registry.digest}\n" in image_pins.DOCKERFILE.read_text()

    def test_that_nobody_publishes_are_not_made_up(
        self, published: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = image_pins.PINS.read_text()
        assert self.run(published, "helm=3.98.0") == 1
        assert "could not be read: HTTP Error 404" in capsys.readouterr().err
        assert image_pins.PINS.read_text() == before

    def test_of_something_else_are_refused(self, published: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(published, "curl") == 1
        assert "it has: base, terraform, infracost, helm, kubectl" in capsys.readouterr().err
