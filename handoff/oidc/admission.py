"""Admission: opens a session for whom the provider let in, if they are an agent of the centre.

The session is the same as after a password. Role, skills and everything else stay the centre's own.
"""

from sqlalchemy import select

from handoff.accounts import SESSION_LIFE, SessionToken, open_session
from handoff.oidc.failures import NobodyHere
from records import audit
from records.clock import Clock
from records.models import Agent, AgentId
from records.store import Store

HOW = "single_sign_on"


def admit(store: Store, login: str, clock: Clock) -> SessionToken:
    """A session of the agent's; on the audit either way.

    Raises:
        NobodyHere: no agent has this login.
    """
    with store.writing() as session:
        now = clock.now()
        agent_id = session.scalar(select(Agent.id).where(Agent.login == login))
        subject = f"agent:{login}"
        if agent_id is not None:
            token = open_session(session, AgentId(agent_id), now, now + SESSION_LIFE)
            audit.note(session, now, subject, "log_in", subject, how=HOW)
            return token
        audit.note(session, now, "system", "log_in_refused", subject, how=HOW)
    raise NobodyHere("no agent has this login")
