"""A zone's rules in words."""

from chalicelib.domain.zone_rules import ZoneRules


def test_the_rules_without_any_choice() -> None:
    assert ZoneRules().in_words() == [
        "A plan is applied when 1 person approved it; who planned it may approve it as well.",
        "A plan waits 7 days for its review, then it expires.",
        "An apply or destroy may start at any time.",
        "A job waits 15 minutes for a self-hosted runner to take it.",
    ]


def test_strict_rules() -> None:
    rules = ZoneRules.model_validate(
        {
            "approvals_needed": 2,
            "planner_may_approve": False,
            "review_seconds": 3600,
            "change_windows": [
                {"days": ["sat"], "begins": "08:00", "ends": "12:00"},
                {"days": ["sun"], "begins": "20:00", "ends": "02:00", "time_zone": "Asia/Tokyo"},
            ],
            "default_runner": "own",
            "runner_wait_seconds": 61,
        }
    )
    assert rules.in_words() == [
        "A plan is applied when 2 different people approved it; who planned it may not approve it.",
        "A plan waits 1 hour for its review, then it expires.",
        "An apply or destroy may start Sat 08:00-12:00 UTC or Sun 20:00-02:00 (next day) Asia/Tokyo.",
        "A job waits 61 seconds for a self-hosted runner to take it.",
        "A destroy, which has no plan to approve, takes an admin.",
        "Jobs that name no runner go to own.",
    ]
