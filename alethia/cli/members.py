"""The people of a zone, and invitations to it."""

import click

from . import output
from .asking import ask_hidden
from .main import Session, cli, pass_session

ROLE = click.Choice(["viewer", "planner", "approver", "admin"])
DAY = 24 * 3600


@cli.group()
def members() -> None:
    """Members: who is in the zone, and what they may do."""


@members.command("list")
@pass_session
def list_members(session: Session) -> None:
    """Everybody in the zone."""
    session.show(
        session.client.members(session.zone),
        lambda page: output.table(
            ("Member", "User", "Role", "Since"),
            ((one["member_id"], one["user"], one["role"], one["since"]) for one in page["items"]),
        ),
    )


@members.command("add")
@click.argument("user")
@click.option("--role", type=ROLE, required=True, help="What they may do in the zone.")
@pass_session
def add_member(session: Session, user: str, role: str) -> None:
    """Make USER (the subject that their issuer names them by) a member. Better invite them."""
    session.show(
        session.client.add_member(session.zone, user, role),
        lambda one: output.console.print(f"{one['user']} is {one['role']} now.", markup=False),
    )


@members.command("role")
@click.argument("member")
@click.argument("role", type=ROLE)
@pass_session
def change_member(session: Session, member: str, role: str) -> None:
    """Give MEMBER (an id or a user) another role."""
    session.show(
        session.client.change_member(session.zone, _id_of(session, member), role),
        lambda one: output.console.print(f"{one['user']} is {one['role']} now.", markup=False),
    )


@members.command("remove")
@click.argument("member")
@pass_session
def remove_member(session: Session, member: str) -> None:
    """Take MEMBER (an id or a user) out of the zone."""
    session.client.remove_member(session.zone, _id_of(session, member))
    session.show({"removed": member}, lambda _: output.console.print(f"{member} is out.", markup=False))


@members.command("leave")
@click.confirmation_option(prompt="Leave the zone? Only an admin can let you in again")
@pass_session
def leave_zone(session: Session) -> None:
    """Leave the zone."""
    zone = session.zone
    session.client.remove_member(zone, "me")
    session.show({"left": zone}, lambda _: output.console.print(f"You left {zone}."))


@cli.group()
def invitations() -> None:
    """Invitations: ways into the zone that you can give to people."""


@invitations.command("create")
@click.option("--role", type=ROLE, required=True, help="What they may do in the zone.")
@click.option("--email", help="A note on whom it is for; nothing is sent there.")
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="How long it is good.")
@pass_session
def create_invitation(session: Session, role: str, email: str | None, days: int) -> None:
    """Make an invitation. Its code is shown once: give it to the person yourself."""
    form = {"role": role, "email": email, "expires_in_seconds": days * DAY}

    def show(made: dict[str, object]) -> None:
        output.console.print("Give this code to the person; it is not shown again:")
        output.console.print(made["code"], markup=False, soft_wrap=True, highlight=False)

    session.show(session.client.invite(session.zone, form), show)


@invitations.command("list")
@pass_session
def list_invitations(session: Session) -> None:
    """The zone's invitations, newest first."""
    session.show(
        session.client.invitations(session.zone),
        lambda page: output.table(
            ("Invitation", "Role", "For", "Status", "Expires", "Accepted by"),
            (
                (
                    one["invitation_id"],
                    one["role"],
                    one.get("email"),
                    output.status(one["status"]),
                    one["expires_at"],
                    one.get("accepted_by"),
                )
                for one in page["items"]
            ),
        ),
    )


@invitations.command("revoke")
@click.argument("invitation_id")
@pass_session
def revoke_invitation(session: Session, invitation_id: str) -> None:
    """Withdraw an invitation."""
    session.client.revoke_invitation(session.zone, invitation_id)
    session.show({"revoked": invitation_id}, lambda _: output.console.print(f"{invitation_id} is withdrawn."))


@invitations.command("accept")
@click.option("--code", help="Asked for when left out, which is better.")
@pass_session
def accept_invitation(session: Session, code: str | None) -> None:
    """Join the zone that a code is for."""
    code = code or ask_hidden("Code")
    session.show(
        session.client.accept_invitation(code.strip()),
        lambda zone: output.console.print(
            f"You are {zone['role']} of {zone['name']} ({zone['zone_id']}).", markup=False
        ),
    )


def _id_of(session: Session, member: str) -> str:
    """A member's id, by id or by user."""
    for one in session.client.members(session.zone)["items"]:
        if member in (one["member_id"], one["user"]):
            return str(one["member_id"])
    raise click.UsageError(f"{member} is no member of the zone; see `alethia members list`.")
