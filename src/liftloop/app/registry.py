"""Every use case by name with the role it needs: HTTP, terminal and agents call the same ones."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Role = Literal["staff", "viewer", "operator", "approver", "admin"]
ROLES: tuple[Role, ...] = ("staff", "viewer", "operator", "approver", "admin")
"""From the least to the most; each may do what those before it may. Staff see their own tasks and their own account."""


class UseCase(Struct, frozen=True, kw_only=True):
    """Something a person may do."""

    name: str
    role: Role | Literal["anyone"]
    """Who may do it at least; `anyone` is for whoever is not signed in yet."""
    changes: bool
    """Whether it changes anything: what does not may be repeated and is free within scope."""


def grants(role: Role, use_case: UseCase) -> bool:
    """Say whether a role may do this.

    >>> grants("operator", USE_CASES["plan.read"]), grants("operator", USE_CASES["plan.launch"])
    (True, False)
    """
    return use_case.role == "anyone" or ROLES.index(role) >= ROLES.index(use_case.role)


def _reads(name: str) -> UseCase:
    return UseCase(name=name, role="viewer", changes=False)


def _changes(name: str, role: Role = "operator") -> UseCase:
    return UseCase(name=name, role=role, changes=True)


USE_CASES: dict[str, UseCase] = {
    each.name: each
    for each in (
        _reads("health.read"),
        _reads("metrics.read"),
        _reads("installation.examine"),
        _reads("goal.read"),
        _reads("plan.read"),
        _reads("opportunity.read"),
        _changes("opportunity.scan"),
        _reads("plan.rehearse"),
        _changes("plan.propose"),
        _reads("campaign.read"),
        _reads("campaign.ledger"),
        _reads("results.read"),
        _reads("search.read"),
        _reads("calendar.read"),
        _reads("dashboard.read"),
        _changes("dashboard.save"),
        _reads("journey.read"),
        _changes("journey.enrol"),
        UseCase(name="journey.try", role="operator", changes=False),
        _reads("playbook.read"),
        _changes("playbook.start"),
        _reads("proposal.read"),
        _changes("proposal.look"),
        _changes("proposal.judge", "approver"),
        _reads("audience.read"),
        _reads("audience.preview"),
        _reads("profile.read"),
        _reads("profile.why"),
        _changes("profile.unmerge"),
        _changes("profile.export", "admin"),
        _changes("profile.erase", "admin"),
        _changes("profile.judge"),
        _reads("trait.read"),
        _changes("points.enter"),
        _reads("coupon.read"),
        _reads("delivery.read"),
        _changes("delivery.stop"),
        _changes("delivery.ask"),
        _changes("delivery.resume"),
        _changes("delivery.go_on", "approver"),
        _reads("link.draw"),
        _changes("coupon.bring"),
        _changes("coupon.release", "approver"),
        _reads("asset.read"),
        _changes("asset.bring"),
        UseCase(name="work.read", role="staff", changes=False),
        _changes("work.open"),
        _changes("work.order", "staff"),
        _changes("work.call", "staff"),
        _changes("note.write", "staff"),
        _reads("approval.read"),
        _changes("approval.answer", "approver"),
        _reads("tag.read"),
        _changes("tag.put"),
        _changes("trait.study"),
        _reads("import.read"),
        _reads("definition.read"),
        _reads("content.read"),
        UseCase(name="content.preview", role="operator", changes=False),
        UseCase(name="content.draft", role="operator", changes=False),
        _changes("content.approve", "approver"),
        _reads("quarantine.read"),
        _reads("data.read"),
        _changes("goal.plan"),
        _changes("goal.stand"),
        _changes("goal.approve", "approver"),
        _changes("plan.launch", "approver"),
        _changes("review.send"),
        _changes("campaign.order"),
        _changes("campaign.undo"),
        _changes("audience.publish"),
        _changes("audience.export"),
        UseCase(name="audience.export_rows", role="operator", changes=False),
        _changes("audience.freeze"),
        _changes("audience.hand_over"),
        _changes("definition.publish"),
        _changes("import.start"),
        _changes("quarantine.replay"),
        _changes("source.create"),
        _changes("source.pull"),
        _changes("consent.declare", "admin"),
        _changes("clock.advance", "admin"),
        _changes("policy.learn"),
        _reads("policy.decide"),
        _changes("installation.serve", "admin"),
        _changes("installation.back_up", "admin"),
        _changes("installation.restore", "admin"),
        _changes("installation.retain", "admin"),
        UseCase(name="account.sign_in", role="anyone", changes=True),
        UseCase(name="account.gate", role="anyone", changes=False),
        UseCase(name="account.own", role="staff", changes=True),
        UseCase(name="account.read_own", role="staff", changes=False),
        UseCase(name="account.read", role="admin", changes=False),
        _changes("account.change", "admin"),
        UseCase(name="token.read", role="admin", changes=False),
        _changes("token.change", "admin"),
        _reads("rules.read"),
        _changes("rules.change", "admin"),
        _changes("limits.change", "approver"),
        _reads("model.read"),
        UseCase(name="model.calls", role="operator", changes=False),
        _changes("model.try", "admin"),
        _changes("model.change", "admin"),
        UseCase(name="audit.read", role="approver", changes=False),
        _changes("definition.revert"),
        _changes("profile.reveal", "viewer"),
    )
}

WORKING = ("work.read", "work.open", "work.order", "note.write")
GUARDED: Mapping[tuple[str, str], str] = {
    ("setting", "delivery"): "limits.change",
    ("setting", "access"): "rules.change",
    ("setting", "sign_in"): "rules.change",
    ("setting", "approvals"): "rules.change",
    ("setting", "model"): "model.change",
    ("team", ""): "rules.change",
}
"""Definitions that say who may do what, and how often people are written to, with the use case that changing them
needs too: by kind and id ("" for every id)."""


def guard_of(kind: str, identity: str) -> UseCase | None:
    """Return what else is needed to change a definition; None where nothing is."""
    name = GUARDED.get((kind, identity)) or GUARDED.get((kind, ""))
    return USE_CASES[name] if name else None


AGENTS = (
    "metrics.read",
    "opportunity.read",
    "opportunity.scan",
    "goal.read",
    "goal.plan",
    "plan.read",
    "plan.rehearse",
    "plan.propose",
    "approval.read",
    "campaign.read",
    "campaign.ledger",
    "audience.read",
    "audience.preview",
    "profile.read",
    "profile.why",
    "content.read",
    "proposal.read",
    "proposal.look",
    "health.read",
)
"""What agents may do at most: they read, make drafts and ask for approvals, and never launch."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "serve": ("installation.serve",),
    "demo": ("installation.serve", "import.start", "goal.plan", "plan.launch", "clock.advance"),
    "status": ("health.read",),
    "import": ("import.start", "import.read", "consent.declare"),
    "channel": ("definition.read", "definition.publish", "delivery.ask", "delivery.resume"),
    "content": ("content.read", "content.draft", "content.preview", "content.approve", "definition.publish"),
    "asset": ("asset.read", "asset.bring", "definition.publish"),
    "link": ("link.draw",),
    "stop": ("delivery.read", "delivery.stop", "delivery.go_on"),
    "coupon": ("coupon.read", "coupon.bring", "coupon.release", "definition.publish"),
    "opportunities": ("opportunity.read", "opportunity.scan", "goal.plan"),
    "plan": ("goal.plan",),
    "goal": ("goal.read", "goal.stand", "goal.approve"),
    "launch": ("plan.launch", "plan.propose"),
    "rehearse": ("plan.rehearse",),
    "report": ("campaign.read",),
    "results": ("results.read",),
    "search": ("search.read",),
    "calendar": ("calendar.read",),
    "dashboard": ("dashboard.read", "dashboard.save"),
    "review": ("campaign.read",),
    "campaign": ("campaign.read", "campaign.order", "campaign.undo"),
    "proposals": ("proposal.read", "proposal.look", "proposal.judge"),
    "journey": (
        "journey.read",
        "journey.try",
        "definition.publish",
    ),
    "playbook": ("playbook.read", "playbook.start"),
    "experiment": ("campaign.read",),
    "audience": (
        "audience.read",
        "audience.preview",
        "audience.freeze",
        "audience.export",
        "audience.export_rows",
        "audience.hand_over",
        "definition.publish",
        "trait.study",
    ),
    "profile": (
        "profile.read",
        "profile.unmerge",
        "profile.judge",
        "profile.export",
        "profile.erase",
        "data.read",
    ),
    "why": ("profile.why",),
    "points": ("profile.read", "points.enter"),
    "approval": ("approval.read", "approval.answer"),
    "lead": WORKING,
    "deal": WORKING,
    "task": (*WORKING, "work.call"),
    "ticket": WORKING,
    "signal": ("definition.read", "definition.publish", "audience.preview"),
    "metric": ("metrics.read", "definition.publish"),
    "tag": ("tag.read", "tag.put", "definition.publish"),
    "study": ("trait.study", "trait.read"),
    "source": ("data.read", "source.create", "source.pull", "definition.read", "definition.publish"),
    "pull": ("source.pull",),
    "quarantine": ("quarantine.read", "quarantine.replay"),
    "policy": ("policy.learn", "policy.decide"),
    "backup": ("installation.back_up",),
    "restore": ("installation.restore",),
    "retain": ("installation.retain",),
    "doctor": ("installation.examine",),
    "account": ("account.read", "account.change"),
    "rules": ("rules.read", "rules.change", "limits.change", "definition.revert"),
    "model": ("model.read", "model.calls", "model.try", "model.change"),
    "token": ("token.read", "token.change"),
    "audit": ("audit.read", "definition.revert"),
    "mcp": AGENTS,
    "simulate": ("goal.plan",),
    "bench": ("installation.serve",),
}
"""The use cases that each command of the terminal performs; whoever may read the folder's files has every role."""
