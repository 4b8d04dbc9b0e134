"""How the demo speaks: numbered steps, plain sentences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from ..cli.output import console


class Narrator:
    """Numbers the steps."""

    def __init__(self) -> None:
        self._steps = 0

    def step(self, title: str, explanation: str) -> None:
        """Begin a step."""
        self._steps += 1
        console.print()
        console.print(Rule(Text(f"{self._steps}. {title}", style="bold"), align="left", style="dim"))
        console.print(Text(explanation, style="italic"))

    def say(self, sentence: str) -> None:
        """Say something about what was just seen."""
        console.print(Text(sentence))

    def quote(self, sentence: str) -> None:
        """Quote Alethia."""
        console.print(Padding(Text(f"“{sentence}”", style="bold yellow"), (0, 2)))

    def took(self, job: Mapping[str, Any]) -> None:
        """How long a job took, from its own times."""
        if job.get("created_at") and job.get("ended_at"):
            began, ended = (datetime.fromisoformat(str(job[name])) for name in ("created_at", "ended_at"))
            self.say(
                f"{job['job_type']} took {(ended - began).total_seconds():.1f} s from the click to its end."
            )

    def end(self, seconds: float) -> None:
        """Close."""
        console.print()
        console.print(Rule(style="dim"))
        console.print(Text(f"Done in {seconds / 60:.1f} minutes.", style="bold green"))
        console.print("Your own turn: `make up`, then `alethia --help` (it is in .venv/bin).")
