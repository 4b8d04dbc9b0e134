"""In place of the offline providers, says back what it hears: ``python -m tests.support.echo_provider X``."""

import json
import socket
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Serve until SIGTERM; the folder says when it is ready, as the real one does."""
    listening = socket.socket(socket.AF_UNIX)
    (folder / "echo").unlink(missing_ok=True)
    listening.bind(str(folder / "echo"))
    listening.listen()
    addresses = {"registry.terraform.io/hashicorp/google": {"Addr": {"String": str(folder / "echo")}}}
    part = folder / "environment.part"
    part.write_text(json.dumps({"TF_REATTACH_PROVIDERS": json.dumps(addresses)}))
    part.rename(folder / "environment.json")
    while True:
        caller, _ = listening.accept()
        with caller:
            while heard := caller.recv(65536):
                caller.sendall(heard)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
