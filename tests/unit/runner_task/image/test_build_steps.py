"""What the image's build takes from a server, and what it refuses."""

import base64
import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner_task.image.__main__ import put_providers, tidy
from runner_task.image.downloads import NotAsPinned, install
from runner_task.image.locks import LOCK_FILE, LockedProvider, locked_providers
from runner_task.image.pins import PinMissing, ProviderRelease, Tool
from runner_task.image.providers import mirror
from tests.support.file_server import served

SOURCE = "registry.terraform.io/hashicorp/aws"
RELEASE = ProviderRelease(SOURCE, "https://releases.test/aws_{version}_linux_{arch}.zip", "MPL-2.0")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Where the release host's files lie."""
    folder = tmp_path / "server" / "releases.test"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def releases(published: Path) -> Iterator[str]:
    with served(published.parent) as address:
        yield address


def a_tool(content: bytes, *, url: str, member: str | None) -> Tool:
    digest = hashlib.sha256(content).hexdigest()
    return Tool("tool", "1.2.3", url, member, url, "MIT", {"amd64": digest})


def a_zip(**files: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return memory.getvalue()


def a_tarball(member: str, content: bytes) -> bytes:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as bundle:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        bundle.addfile(entry, io.BytesIO(content))
    return memory.getvalue()


def an_elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + b"the provider"


def h1_of(**files: bytes) -> str:
    lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


class TestATool:
    @pytest.mark.parametrize(
        ("file", "member", "archive"),
        [
            ("tool_{version}_{arch}.zip", "tool", a_zip(tool=b"#!program", licence=b"...")),
            ("tool-{arch}.tar.gz", "linux-{arch}/tool", a_tarball("linux-amd64/tool", b"#!program")),
            ("tool", None, b"#!program"),
        ],
        ids=["zip", "tar.gz", "program"],
    )
    def test_is_one_program_whatever_it_came_in(
        self, published: Path, releases: str, tmp_path: Path, file: str, member: str | None, archive: bytes
    ) -> None:
        (published / file.format(version="1.2.3", arch="amd64")).write_bytes(archive)
        tool = a_tool(archive, url=f"https://releases.test/{file}", member=member)
        folder = tmp_path / "bin"
        folder.mkdir()
        program = install(tool, "amd64", folder, releases=releases)
        assert program.read_bytes() == b"#!program" and program.stat().st_mode & 0o777 == 0o755
        assert list(folder.iterdir()) == [folder / "tool"]

    def test_with_other_bytes_than_the_pinned_is_refused_and_not_kept(
        self, published: Path, releases: str, tmp_path: Path
    ) -> None:
        (published / "tool").write_bytes(b"#!another program")
        tool = a_tool(b"#!program", url="https://releases.test/tool", member=None)
        folder = tmp_path / "bin"
        folder.mkdir()
        with pytest.raises(NotAsPinned, match="is not the pinned one"):
            install(tool, "amd64", folder, releases=releases)
        assert list(folder.iterdir()) == []

    def test_that_is_not_there_is_named(self, releases: str, tmp_path: Path) -> None:
        tool = a_tool(b"", url="https://releases.test/tool", member=None)
        with pytest.raises(NotAsPinned, match=r"releases\.test/tool could not be downloaded: HTTP Error 404"):
            install(tool, "amd64", tmp_path, releases=releases)

    def test_without_its_member_is_refused(self, published: Path, releases: str, tmp_path: Path) -> None:
        archive = a_zip(other=b"")
        (published / "tool.zip").write_bytes(archive)
        tool = a_tool(archive, url="https://releases.test/tool.zip", member="tool")
        with pytest.raises(NotAsPinned, match=r"tool\.zip holds no tool"):
            install(tool, "amd64", tmp_path, releases=releases)

    def test_without_a_pin_for_the_platform_is_not_even_asked_for(self, tmp_path: Path) -> None:
        tool = a_tool(b"", url="https://releases.test/tool", member=None)
        with pytest.raises(PinMissing, match="no sha256 for arm64"):
            install(tool, "arm64", tmp_path)


class TestAProvider:
    FILES = {"terraform-provider-aws_v5": an_elf(62), "LICENSE.txt": b"..."}

    @pytest.fixture
    def archive(self, published: Path) -> bytes:
        archive = a_zip(**self.FILES)
        (published / "aws_5.0.0_linux_amd64.zip").write_bytes(archive)
        return archive

    def locked(self, archive: bytes, *more: str) -> LockedProvider:
        return LockedProvider(
            SOURCE, "5.0.0", frozenset({f"zh:{hashlib.sha256(archive).hexdigest()}", *more})
        )

    def test_is_unpacked_where_the_lock_can_verify_that(
        self, archive: bytes, releases: str, tmp_path: Path
    ) -> None:
        provider = self.locked(archive, h1_of(**self.FILES))
        said = mirror(provider, RELEASE, "amd64", tmp_path / "mirror", releases=releases)
        home = tmp_path / "mirror" / SOURCE
        assert said.endswith("unpacked.")
        assert [path.relative_to(home).as_posix() for path in sorted(home.rglob("*")) if path.is_file()] == [
            "5.0.0/linux_amd64/LICENSE.txt",
            "5.0.0/linux_amd64/terraform-provider-aws_v5",
        ]

    def test_stays_packed_where_the_lock_knows_only_the_zip(
        self, archive: bytes, releases: str, tmp_path: Path
    ) -> None:
        said = mirror(self.locked(archive), RELEASE, "amd64", tmp_path / "mirror", releases=releases)
        home = tmp_path / "mirror" / SOURCE
        assert "terraform providers lock -platform=linux_amd64" in said
        assert [path.name for path in home.iterdir()] == ["terraform-provider-aws_5.0.0_linux_amd64.zip"]

    def test_that_is_not_in_the_lock_is_refused(self, archive: bytes, releases: str, tmp_path: Path) -> None:
        with pytest.raises(NotAsPinned, match="is not the pinned one"):
            mirror(self.locked(b"another"), RELEASE, "amd64", tmp_path / "mirror", releases=releases)

    def test_for_another_machine_is_refused_though_the_lock_knows_it(
        self, archive: bytes, published: Path, releases: str, tmp_path: Path
    ) -> None:
        (published / "aws_5.0.0_linux_arm64.zip").write_bytes(archive)
        with pytest.raises(NotAsPinned, match="is not for linux_arm64"):
            mirror(self.locked(archive), RELEASE, "arm64", tmp_path / "mirror", releases=releases)

    def test_whose_release_nobody_named_stops_the_build(self, tmp_path: Path) -> None:
        with pytest.raises(PinMissing, match=r"pins\.json does not say where it is released"):
            mirror(self.locked(b""), None, "amd64", tmp_path)


def test_a_provider_that_two_templates_lock_counts_once(tmp_path: Path) -> None:
    block = 'provider "{}" {{\n  version     = "{}"\n  hashes = [\n    "h1:{}",\n    "zh:aa",\n  ]\n}}\n'
    for template, text in {
        "one": block.format("r/h/aws", "5.0.0", "x=") + "\n" + block.format("r/h/random", "3.0.0", "y="),
        "two": block.format("r/h/aws", "5.0.0", "z="),
    }.items():
        (tmp_path / template).mkdir()
        (tmp_path / template / ".terraform.lock.hcl").write_text(text)
    assert locked_providers(tmp_path) == [
        LockedProvider("r/h/aws", "5.0.0", frozenset({"h1:x=", "h1:z=", "zh:aa"})),
        LockedProvider("r/h/random", "3.0.0", frozenset({"h1:y=", "zh:aa"})),
    ]


def test_a_template_stays_out_whose_provider_nobody_could_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = tmp_path / "app" / "templates"
    for cloud in ("one", "two"):
        (templates / cloud).mkdir(parents=True)
    block = 'provider "registry.terraform.io/a/{name}" {{\n  version = "1.0.0"\n{hashes}}}\n'
    (templates / "one" / LOCK_FILE).write_text(block.format(name="b", hashes=""))
    (templates / "two" / LOCK_FILE).write_text("")

    put_providers(tmp_path / "providers", templates, "amd64", "")
    tidy(tmp_path)

    said = capsys.readouterr().out
    assert "one STAYS OUT" in said and "a/b 1.0.0" in said and "terraform providers lock" in said
    assert [path.name for path in templates.iterdir()] == ["two"]


def test_what_is_tidied_can_be_read_by_everybody_and_holds_no_spare_model(
    tmp_path: Path,
) -> None:
    for service in ("ec2", "sagemaker"):
        (tmp_path / "python" / "botocore" / "data" / service).mkdir(parents=True)
    module = tmp_path / "app" / "module.py"
    module.parent.mkdir(mode=0o700)
    module.write_text("x = 1\n")
    module.chmod(0o600)
    tidy(tmp_path)
    assert [path.name for path in (tmp_path / "python" / "botocore" / "data").iterdir()] == ["ec2"]
    assert module.stat().st_mode & 0o777 == 0o644 and module.parent.stat().st_mode & 0o777 == 0o755
    assert list(module.parent.glob("__pycache__/module.*.pyc"))
