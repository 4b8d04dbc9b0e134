"""How ``kubectl`` signs in to a cluster: facts and a command of the cloud's own, never a credential.

The document's shape is Kubernetes' `Config` (``kind: Config``, client authentication by an ``exec`` plugin).
"""

from typing import Any

from .model import Model

EXEC_API = "client.authentication.k8s.io/v1beta1"


class Kubeconfig(Model):
    """One cluster, and the program that gets a token for the person who runs it."""

    cluster: str
    server: str
    """Address of the Kubernetes API."""
    certificate_authority: str
    """Base64 of the authority that signed the API's certificate."""
    command: str
    arguments: tuple[str, ...] = ()
    needs: str
    """What must be installed, and who must be signed in, for people to read."""
    context: str | None = None
    """What ``kubectl config use-context`` calls it; without one, as the cluster. Clusters of one project and
    stage have one name on every cloud, and files of several are merged."""

    def document(self) -> dict[str, Any]:
        """The kubeconfig file, as JSON or YAML may hold it."""
        name = self.context or self.cluster
        cluster = {"server": self.server, "certificate-authority-data": self.certificate_authority}
        login = {
            "apiVersion": EXEC_API,
            "command": self.command,
            "args": list(self.arguments),
            "installHint": f"This needs {self.needs}.",
            "interactiveMode": "IfAvailable",
            "provideClusterInfo": True,
        }
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": {"exec": login}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
