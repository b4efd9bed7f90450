"""Words of the console: times, authors and changes of owner as agents read them."""

from datetime import date, datetime

from handoff import sources
from handoff.desk import name_in
from records.clock import CENTRE_ZONE
from records.ledger import Entry
from records.models import Author, Kind, Owner
from records.ownership import Event

SHORTCUTS = (
    ("Alt+A", "Accept the offer"),
    ("Alt+X", "Decline the offer"),
    ("Alt+↓ / Alt+↑", "Next / previous conversation"),
    ("Alt+. / Alt+,", "Conversation to the right / left, on a wide screen"),
    ("Alt+R", "Write a reply"),
    ("Alt+N", "Write a private note; in a colleague’s conversation, whisper"),
    ("Alt+G", "Speak in, in a colleague’s conversation (supervisors)"),
    ("Enter", "Send"),
    ("Shift+Enter", "New line"),
    ("Alt+C", "Insert a ready reply"),
    ("Alt+K", "Search the articles and quote one"),
    ("Alt+F", "Search past conversations"),
    ("Alt+T", "Transfer, or keep it after all"),
    ("Alt+L", "Promise a call"),
    ("Alt+B", "Return it to the assistant"),
    ("Alt+S", "Resolve the conversation"),
    ("Alt+J / Alt+O", "Pin / reorder what waits (supervisors)"),
    ("Alt+P", "Available / away"),
    ("Ctrl+Enter", "Confirm a dialog"),
    ("Escape", "Close a dialog"),
    ("? or Alt+/", "This help"),
)

_CHANGES: dict[str, str] = {
    Event.HAND_OVER: "Handed over to people",
    Event.OFFER: "Offered to an agent",
    Event.LAPSE: "Back in the queue",
    Event.ACCEPT: "An agent has joined",
    Event.LEAVE_QUEUE: "The customer left the queue",
    Event.TRANSFER: "Passed on to another agent",
    Event.REQUEUE: "Given back to the queue",
    Event.AGENT_LOST: "The agent was lost; back in the queue",
    Event.RESOLVE: "The agent has finished",
    Event.RETURN_TO_BOT: "With the assistant again",
    Event.CUSTOMER_WROTE: "The customer wrote again; with the assistant",
    Event.LEAVE_CALLBACK: "The customer waits for a call",
    Event.CALLBACK_DUE: "The call is due",
    Event.CLOSE: "Closed",
}

_OWNERS = {
    Owner.BOT: "Assistant",
    Owner.QUEUED: "Waiting in the queue",
    Owner.OFFERED: "Offered to a colleague",
    Owner.AGENT: "With a colleague",
    Owner.WRAP_UP: "Being written up",
    Owner.CALLBACK: "Waits for a call",
    Owner.CLOSED: "Closed",
}


def owner(value: Owner) -> str:
    """Who has a conversation."""
    return _OWNERS[value]


def is_whisper(entry: Entry) -> bool:
    """Whether a supervisor told it to the agent alone."""
    return entry.kind is Kind.NOTE and entry.body.get("whisper") is True


def clock_time(moment: datetime) -> str:
    """Hours and minutes at the insurer's place."""
    return f"{moment.astimezone(CENTRE_ZONE):%H:%M}"


def day(value: date) -> str:
    """A day: "Mon 23 Nov"."""
    return f"{value:%a} {value.day} {value:%b}"


def day_and_time(moment: datetime) -> str:
    """A moment at the insurer's place: "Mon 23 Nov 14:05"."""
    local = moment.astimezone(CENTRE_ZONE)
    return f"{day(local.date())} {local:%H:%M}"


def age(since: datetime, now: datetime) -> str:
    """How long ago: "5 min", "3 h", "2 d"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def urgency(priority: int) -> str:
    """A priority in one word; the ordinary has none."""
    if priority >= 60:
        return "Urgent"
    return "High" if priority >= 40 else ""


def author_of(entry: Entry) -> str:
    """Who wrote an entry."""
    if entry.author is Author.AGENT:
        return name_in(entry.body) or "Agent"
    return {Author.CUSTOMER: "Customer", Author.BOT: "Assistant"}.get(entry.author, "System")


def status_of(entry: Entry) -> str:
    """A change of owner in words: what the customer was told, or else what happened."""
    told = sources.text_of(entry.body)
    return told or _CHANGES.get(str(entry.body.get("event")), "Status changed")


def choices_of(entry: Entry) -> str:
    """The buttons that the bot showed, in one line."""
    buttons = entry.body.get("buttons")
    if not isinstance(buttons, list):
        return ""
    titles = [button.get("title") for button in buttons if isinstance(button, dict)]
    return " · ".join(title for title in titles if isinstance(title, str))
