"""Who may call which route of the house: a declaration for each that is mounted, pages and sockets too.

Data only. What is not declared here is closed; `handoff.gate` enforces what agents' routes need, and
`handoff.authorization` decides. A test compares this table with the routes of the application.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.authorization import Permission

CONSOLE = "/console"
API = "/api/agent"
COOKIE = "console_session"
"""Holds the token in a browser; only the console is told of it."""

AREAS = (CONSOLE, API)
"""Where the gate stands: nothing below these is reached without a declaration."""


@dataclass(frozen=True, slots=True)
class Anyone:
    """Open to everybody: it shows nothing of anybody, or looks after itself in the named way."""

    because: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Only for agents whose role has the permission, at least over what is their own."""

    permission: Permission
    is_page: bool = False
    """Whoever is not logged in is shown the way to the log-in."""


Access = Anyone | Needs

_CONSOLE_PAGE = Needs(Permission.OWN_ACCOUNT, is_page=True)
"""Leads reviewers, who have no conversations, on to what they do."""
_CASES_PAGE = Needs(Permission.READ_CASES, is_page=True)
_STATIC = Anyone("files of the toolkit and of the console, the same for all")

_CONSOLE: Mapping[str, Access] = {
    "GET /console": Anyone("leads on to the console"),
    "GET /console/login": Anyone("the way in"),
    "POST /console/login": Anyone("the way in: checks a password, with limits"),
    "GET /console/oidc": Anyone("the way in: leads on to the provider, with limits"),
    "GET /console/oidc/callback": Anyone("the way in: wants the provider's word on this browser's attempt"),
    "POST /console/logout": Anyone("ends the session of the cookie, if it is one"),
    "GET /console/": _CONSOLE_PAGE,
    "GET /console/learning": Needs(Permission.REVIEW, is_page=True),
    "GET /console/decisions": _CASES_PAGE,
    "GET /console/cases": _CASES_PAGE,
    "GET /console/wallboard": Needs(Permission.READ_WALLBOARD, is_page=True),
    "GET /console/wallboard.csv": Needs(Permission.READ_WALLBOARD, is_page=True),
    "GET /console/papers/{paper_id}": Needs(Permission.OPEN_CONSOLE),
    "GET /console/favicon.ico": _STATIC,
    "GET /console/assets/{path:path}": _STATIC,
    "GET /console/_nicegui/{path:path}": _STATIC,
    "GET /console/_nicegui_ws/{path:path}": Needs(Permission.OWN_ACCOUNT),
    "POST /console/_nicegui_ws/{path:path}": Needs(Permission.OWN_ACCOUNT),
    "WS /console/_nicegui_ws/{path:path}": Needs(Permission.OWN_ACCOUNT),
}

_API: Mapping[str, Access] = {
    "POST /api/agent/session": Anyone("the way in: checks a password, with limits"),
    "GET /api/agent/session": Needs(Permission.OWN_ACCOUNT),
    "DELETE /api/agent/session": Needs(Permission.OWN_ACCOUNT),
    "POST /api/agent/session/renewal": Needs(Permission.OWN_ACCOUNT),
    "PUT /api/agent/phone": Needs(Permission.OWN_ACCOUNT),
    "PUT /api/agent/agents/{login}/phone": Needs(Permission.MANAGE_ACCOUNTS),
    "POST /api/agent/second-factor": Needs(Permission.OWN_ACCOUNT),
    "PUT /api/agent/second-factor": Needs(Permission.OWN_ACCOUNT),
    "DELETE /api/agent/second-factor": Needs(Permission.OWN_ACCOUNT),
    "GET /api/agent/agents": Needs(Permission.READ_AGENTS),
    "POST /api/agent/agents/{login}/password": Needs(Permission.MANAGE_ACCOUNTS),
    "PUT /api/agent/agents/{login}/role": Needs(Permission.MANAGE_ACCOUNTS),
    "PUT /api/agent/presence": Needs(Permission.SET_PRESENCE),
    "POST /api/agent/heartbeat": Needs(Permission.OPEN_CONSOLE),
    "GET /api/agent/inbox": Needs(Permission.OPEN_CONSOLE),
    "GET /api/agent/queue": Needs(Permission.OPEN_CONSOLE),
    "POST /api/agent/offers/{conversation_id}/acceptance": Needs(Permission.ANSWER_OFFER),
    "POST /api/agent/offers/{conversation_id}/refusal": Needs(Permission.ANSWER_OFFER),
    "GET /api/agent/conversations/{conversation_id}": Needs(Permission.READ_CONVERSATION),
    "GET /api/agent/conversations/{conversation_id}/entries": Needs(Permission.READ_CONVERSATION),
    "GET /api/agent/conversations/{conversation_id}/packet": Needs(Permission.READ_CONVERSATION),
    "GET /api/agent/conversations/{conversation_id}/customer": Needs(Permission.READ_CUSTOMER),
    "GET /api/agent/conversations/{conversation_id}/requests": Needs(Permission.READ_CUSTOMER),
    "POST /api/agent/conversations/{conversation_id}/replies": Needs(Permission.REPLY),
    "POST /api/agent/conversations/{conversation_id}/notes": Needs(Permission.NOTE),
    "POST /api/agent/conversations/{conversation_id}/wrap-up": Needs(Permission.RESOLVE),
    "POST /api/agent/conversations/{conversation_id}/resolution": Needs(Permission.RESOLVE),
    "POST /api/agent/conversations/{conversation_id}/return": Needs(Permission.RETURN_TO_BOT),
    "GET /api/agent/colleagues": Needs(Permission.TRANSFER),
    "POST /api/agent/conversations/{conversation_id}/transfer": Needs(Permission.TRANSFER),
    "POST /api/agent/conversations/{conversation_id}/transfer/withdrawal": Needs(Permission.TRANSFER),
    "POST /api/agent/conversations/{conversation_id}/requeue": Needs(Permission.TRANSFER),
    "POST /api/agent/conversations/{conversation_id}/call": Needs(Permission.PROMISE_CALL),
    "GET /api/agent/conversations/{conversation_id}/canned-replies": Needs(Permission.READ_CONVERSATION),
    "GET /api/agent/articles": Needs(Permission.OPEN_CONSOLE),
    "GET /api/agent/past": Needs(Permission.SEARCH),
    "GET /api/agent/past/{conversation_id}": Needs(Permission.SEARCH),
    "GET /api/agent/conversations": Needs(Permission.MONITOR),
    "PUT /api/agent/conversations/{conversation_id}/pin": Needs(Permission.ORDER_QUEUE),
    "PUT /api/agent/conversations/{conversation_id}/place": Needs(Permission.ORDER_QUEUE),
    "POST /api/agent/conversations/{conversation_id}/removal": Needs(Permission.ORDER_QUEUE),
    "POST /api/agent/conversations/{conversation_id}/whispers": Needs(Permission.WHISPER),
    "POST /api/agent/conversations/{conversation_id}/interjections": Needs(Permission.BARGE),
    "GET /api/agent/satisfaction": Needs(Permission.READ_WALLBOARD),
    "GET /api/agent/work": Needs(Permission.READ_CASES),
    "GET /api/agent/cases": Needs(Permission.READ_CASES),
    "GET /api/agent/pulse": Needs(Permission.READ_CASES),
    "GET /api/agent/requests/{receipt}": Needs(Permission.READ_CASES),
    "POST /api/agent/requests/{receipt}/approval": Needs(Permission.DECIDE),
    "POST /api/agent/requests/{receipt}/refusal": Needs(Permission.DECIDE),
    "POST /api/agent/requests/{receipt}/question": Needs(Permission.DECIDE),
    "POST /api/agent/requests/{receipt}/arrival": Needs(Permission.DECIDE),
    "GET /api/agent/claims/{number}": Needs(Permission.READ_CASES),
    "POST /api/agent/claims/{number}/payment": Needs(Permission.DECIDE),
    "POST /api/agent/claims/{number}/second-approval": Needs(Permission.DECIDE),
    "POST /api/agent/claims/{number}/refusal": Needs(Permission.DECIDE),
    "POST /api/agent/claims/{number}/papers": Needs(Permission.DECIDE),
    "PUT /api/agent/claims/{number}/direct-payment": Needs(Permission.DECIDE),
}

_WIDGET = Anyone("pages and scripts of the chat, the same for all")
_SECRET = Anyone("wants the secret of the conversation, given to the customer's own page")
_LINK = Anyone("wants the one-time token of a link that went to the customer's telephone")
_SIGNED = Anyone("wants a fresh signature of the bank")
_CARRIER = Anyone("wants the telephone carrier's signature")
_TOKEN = Anyone("wants the installation's REST token; open on loopback in a demonstration")
_DEMO = Anyone("there in a demonstration only, for made-up customers")
_STATE = Anyone("state of the installation, nobody's data")

_OUTSIDE: Mapping[str, Access] = {
    "GET /": _WIDGET,
    "GET /widget.js": _WIDGET,
    "GET /widget.css": _WIDGET,
    "GET /attach.js": _WIDGET,
    "GET /attach.css": _WIDGET,
    "GET /transcript.js": _WIDGET,
    "GET /articles/{article_id}": _WIDGET,
    "WS /chat/ws": _SECRET,
    "OPTIONS /chat/upload": _SECRET,
    "GET /chat/upload": _SECRET,
    "POST /chat/upload": _SECRET,
    "GET /verify.js": _WIDGET,
    "GET /verify.css": _WIDGET,
    "GET /verify/{token}": _LINK,
    "POST /verify/{token}/{act}": _LINK,
    "GET /webhooks/rest/": _TOKEN,
    "POST /webhooks/rest/webhook": _TOKEN,
    "GET /webhooks/rest/webhook/{sender}": _TOKEN,
    "POST /voice/action": _CARRIER,
    "POST /voice/after-dial": _CARRIER,
    "POST /voice/callback": _CARRIER,
    "POST /voice/callback-key": _CARRIER,
    "POST /voice/incoming": _CARRIER,
    "POST /voice/outbound/answer": _CARRIER,
    "POST /voice/outbound/key": _CARRIER,
    "POST /voice/outbound/status": _CARRIER,
    "POST /voice/status": _CARRIER,
    "POST /voice/wait": _CARRIER,
    "POST /voice/wait-key": _CARRIER,
    "POST /voice/whisper": _CARRIER,
    "POST /voice/whisper-key": _CARRIER,
    "WS /voice/stream": _CARRIER,
    "POST /payments/arrived": _SIGNED,
    "POST /payments/debit-failed": _SIGNED,
    "WS /demo/phone/ws": _DEMO,
    "* /demo/twilio": _DEMO,
    "GET /demo/outbox": _DEMO,
    "GET /demo/payments": _DEMO,
    "POST /demo/payments/{reference}": _DEMO,
    "GET /demo/{name}": _DEMO,
    "GET /healthz": _STATE,
    "GET /metrics": _STATE,
    "GET /openapi.json": _STATE,
    "GET /docs": _STATE,
    "GET /docs/oauth2-redirect": _STATE,
    "GET /redoc": _STATE,
}

DECLARED: Mapping[str, Access] = {**_CONSOLE, **_API, **_OUTSIDE}
"""By method (or `WS`) and path template."""


def of(method: str, path: str) -> Access | None:
    """What is declared for a call; None for what is closed."""
    method = "GET" if method == "HEAD" else method
    exact = DECLARED.get(f"{method} {path}")
    if exact is not None:
        return exact
    for wanted, template, access in _TEMPLATES:
        if wanted == method and template.fullmatch(path):
            return access
    return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+(:path)?\}", template)
    # `split` gives the literal pieces with, between them, whether the parameter takes slashes.
    pieces = [re.escape(part or "") if index % 2 == 0 else (".*" if part else "[^/]+")
              for index, part in enumerate(parts)]  # fmt: skip
    return re.compile("".join(pieces))


_TEMPLATES = tuple(
    (method, _pattern(template), access)
    for (method, _, template), access in ((name.partition(" "), access) for name, access in DECLARED.items())
    if "{" in template
)
