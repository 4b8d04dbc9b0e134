"""Whose approvals of a plan count, and how many are missing.

The zone's rules are frozen on the run when its plan becomes ready. If they become stricter while the plan
waits, the stricter ones hold; a rule that is loosened helps the next plan only. An approval counts once for
each person, for exactly the run's plan, and only while the person's role still lets them approve.
"""

from dataclasses import dataclass

from ..domain.errors import Forbidden
from ..domain.lifecycle.run import RunStatus
from ..domain.run import APPROVE, Decision, Run
from ..domain.words import Role
from ..domain.zone_rules import ZoneRules
from .ports.runs import RunRecord
from .ports.zones import Zones


@dataclass(frozen=True)
class Approval:
    """What a plan needs to be applied, by the rules of then and now, and what it has."""

    needed: int
    planner_may_approve: bool
    given_by: tuple[str, ...]
    """People whose approvals count, in the order in which they came."""
    rules_version: int
    """Of the rules that this was read from."""

    @property
    def missing(self) -> int:
        """How many more people must approve."""
        return max(self.needed - len(self.given_by), 0)


class Approvals:
    """Reads decisions by the zone's rules."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def of(self, run: RunRecord, decisions: list[Decision] | None = None) -> Approval:
        """How `run` stands, with `decisions` in place of its own if given."""
        zone = self._zones.get(run.zone_id)
        rules = zone.rules if zone else ZoneRules()
        frozen = run.status not in (RunStatus.PLANNING, RunStatus.AWAITING_REVIEW)
        needed = run.approvals_needed if frozen else max(run.approvals_needed, rules.approvals_needed)
        planner_may = run.planner_may_approve and (frozen or rules.planner_may_approve)
        said = run.decisions if decisions is None else decisions
        people = dict.fromkeys(
            one.by for one in said if one.verdict == APPROVE and one.plan_digest == run.plan_digest
        )
        return Approval(
            needed=needed,
            planner_may_approve=planner_may,
            given_by=tuple(
                user
                for user in people
                if (planner_may or user != run.created_by) and self._may_approve(run.zone_id, user)
            ),
            rules_version=zone.rules_version if zone else 0,
        )

    def _may_approve(self, zone_id: str, user: str) -> bool:
        role = self._zones.role_of(zone_id, user)
        return role is not None and role.includes(Role.APPROVER)


def require_not_the_planner(run: Run, user: str, approval: Approval) -> None:
    """:class:`Forbidden` where who planned may not approve."""
    if user == run.created_by and not approval.planner_may_approve:
        raise Forbidden(
            "In this zone, who planned may not approve: you planned this run, so another approver must "
            "approve it. A zone admin can change the rule, for the plans to come.",
            details={"rule": "planner_may_approve", "planned_by": run.created_by},
        )


def require_may_approve_beforehand(rules: ZoneRules) -> None:
    """:class:`Forbidden` where the rules leave no room for an approval before there is a plan."""
    if rules.approvals_needed > 1:
        raise Forbidden(
            f"This zone needs {rules.approvals_needed} approvals of each plan, so none can be approved "
            "beforehand: plan without auto_approve, and let the approvers decide. "
            "A zone admin can change the rule.",
            details={"rule": "approvals_needed", "approvals_needed": rules.approvals_needed},
        )
    if not rules.planner_may_approve:
        raise Forbidden(
            "In this zone, who plans may not approve, so not beforehand either: plan without auto_approve, "
            "and let another approver decide. A zone admin can change the rule.",
            details={"rule": "planner_may_approve"},
        )


def waits_for_people(run: Run, approval: Approval, asked_by: str | None) -> str:
    """What a plan in review waits for, said to `asked_by`."""
    missing = approval.missing
    if not approval.given_by and missing == 1:
        sentence = "It waits for an approval"
    else:
        people = f" ({', '.join(approval.given_by)})" if approval.given_by else ""
        sentence = f"{len(approval.given_by)} of {approval.needed} approvals are given{people}"
        if missing:
            others = " by another approver" if missing == 1 else " by other approvers"
            sentence += f"; {missing} more {'is' if missing == 1 else 'are'} needed"
            sentence += others if approval.given_by else " by different approvers"
        else:
            sentence += "; approve once more to apply it"
    if not approval.planner_may_approve:
        sentence += f". {run.created_by} planned it, and may not approve it"
    if asked_by is not None and asked_by in approval.given_by and missing:
        sentence += ". Yours is counted once, however often you approve"
    return sentence + "."
