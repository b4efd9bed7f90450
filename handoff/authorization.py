"""Authorization: one table and one function, asked by pages, sockets and APIs alike.

What is not in the table is forbidden. Nobody decides by role anywhere else.
"""

from dataclasses import dataclass
from enum import StrEnum

from handoff.refusals import Forbidden
from records.models import AgentId, Role


class Permission(StrEnum):
    """What somebody may want to do."""

    OPEN_CONSOLE = "open_console"
    SET_PRESENCE = "set_presence"
    ANSWER_OFFER = "answer_offer"
    READ_CONVERSATION = "read_conversation"
    READ_CUSTOMER = "read_customer"
    REPLY = "reply"
    NOTE = "note"
    RESOLVE = "resolve"
    RETURN_TO_BOT = "return_to_bot"
    REVIEW = "review"
    READ_CASES = "read_cases"
    """The lists of requests, claims and papers, and all that is known of each."""
    DECIDE = "decide"
    """On requests and claims, whoever talks to the customer: four eyes must be able to meet."""
    OWN_ACCOUNT = "own_account"
    """One's own session and second factor."""
    READ_AGENTS = "read_agents"
    """Who works here, who is there, and how much they have on their hands."""
    READ_WALLBOARD = "read_wallboard"
    """The figures of the centre, their history, and what the quality rules found."""
    BARGE = "barge"
    """Speak to the customer of a conversation that another agent holds and keeps."""
    TRANSFER = "transfer"
    """Pass on what one holds: to a colleague, a skill, or back to the queue."""
    PROMISE_CALL = "promise_call"
    """Promise a customer a call instead of the wait."""
    SEARCH = "search"
    """Past conversations: one's own and those of the customers one serves, or everybody's."""
    WHISPER = "whisper"
    """Tell an agent something in their conversation that the customer does not see."""
    MONITOR = "monitor"
    """The list of all conversations that are with people now."""
    ORDER_QUEUE = "order_queue"
    """Keep a waiting conversation for an agent, move it in the line, or take it out."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Other agents' passwords and roles."""


class Reach(StrEnum):
    """Over which conversations a permission reaches."""

    OWN = "own"
    """Those offered to or held by the agent."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: an agent with a living session."""

    agent_id: AgentId
    login: str
    name: str
    role: Role


_TABLE: dict[tuple[Role, Permission], Reach] = {
    (Role.AGENT, Permission.OPEN_CONSOLE): Reach.OWN,
    (Role.AGENT, Permission.SET_PRESENCE): Reach.OWN,
    (Role.AGENT, Permission.ANSWER_OFFER): Reach.OWN,
    (Role.AGENT, Permission.READ_CONVERSATION): Reach.OWN,
    (Role.AGENT, Permission.READ_CUSTOMER): Reach.OWN,
    (Role.AGENT, Permission.REPLY): Reach.OWN,
    (Role.AGENT, Permission.NOTE): Reach.OWN,
    (Role.AGENT, Permission.RESOLVE): Reach.OWN,
    (Role.AGENT, Permission.RETURN_TO_BOT): Reach.OWN,
    (Role.AGENT, Permission.READ_CASES): Reach.ALL,
    (Role.AGENT, Permission.DECIDE): Reach.ALL,
    (Role.AGENT, Permission.OWN_ACCOUNT): Reach.OWN,
    (Role.AGENT, Permission.TRANSFER): Reach.OWN,
    (Role.AGENT, Permission.PROMISE_CALL): Reach.OWN,
    (Role.AGENT, Permission.SEARCH): Reach.OWN,
    (Role.SUPERVISOR, Permission.OPEN_CONSOLE): Reach.OWN,
    (Role.SUPERVISOR, Permission.SET_PRESENCE): Reach.OWN,
    (Role.SUPERVISOR, Permission.ANSWER_OFFER): Reach.OWN,
    (Role.SUPERVISOR, Permission.READ_CONVERSATION): Reach.ALL,
    (Role.SUPERVISOR, Permission.READ_CUSTOMER): Reach.ALL,
    (Role.SUPERVISOR, Permission.REPLY): Reach.OWN,
    (Role.SUPERVISOR, Permission.NOTE): Reach.ALL,
    (Role.SUPERVISOR, Permission.RESOLVE): Reach.OWN,
    (Role.SUPERVISOR, Permission.RETURN_TO_BOT): Reach.OWN,
    # Reviewing is of everybody's conversations, and shows masked sentences only.
    (Role.SUPERVISOR, Permission.REVIEW): Reach.ALL,
    (Role.REVIEWER, Permission.REVIEW): Reach.ALL,
    (Role.REVIEWER, Permission.OWN_ACCOUNT): Reach.OWN,
    (Role.SUPERVISOR, Permission.READ_CASES): Reach.ALL,
    (Role.SUPERVISOR, Permission.DECIDE): Reach.ALL,
    (Role.SUPERVISOR, Permission.OWN_ACCOUNT): Reach.OWN,
    (Role.SUPERVISOR, Permission.READ_AGENTS): Reach.ALL,
    (Role.SUPERVISOR, Permission.READ_WALLBOARD): Reach.ALL,
    (Role.SUPERVISOR, Permission.BARGE): Reach.ALL,
    (Role.SUPERVISOR, Permission.TRANSFER): Reach.OWN,
    (Role.SUPERVISOR, Permission.PROMISE_CALL): Reach.ALL,
    (Role.SUPERVISOR, Permission.SEARCH): Reach.ALL,
    (Role.SUPERVISOR, Permission.WHISPER): Reach.ALL,
    (Role.SUPERVISOR, Permission.MONITOR): Reach.ALL,
    (Role.SUPERVISOR, Permission.ORDER_QUEUE): Reach.ALL,
    (Role.SUPERVISOR, Permission.MANAGE_ACCOUNTS): Reach.ALL,
}


def authorize(principal: Principal, permission: Permission, holder: int | None) -> None:
    """Let the principal pass, or refuse. `holder` is the agent whose conversation (or presence) it is.

    Raises:
        Forbidden: the table does not allow it.
    """
    if reaches_all(principal, permission):
        return
    if reach_of(principal.role, permission) is not Reach.OWN or holder != principal.agent_id:
        raise Forbidden


def reaches_all(principal: Principal, permission: Permission) -> bool:
    """Whether the permission holds for everybody's conversations, so that a page may offer them."""
    return reach_of(principal.role, permission) is Reach.ALL


def reach_of(role: Role, permission: Permission) -> Reach | None:
    """How far a permission reaches for a role; None where it is not given."""
    return _TABLE.get((role, permission))


def reaches(principal: Principal, permission: Permission) -> bool:
    """Whether the role has the permission at all."""
    return reach_of(principal.role, permission) is not None
