"""The tables, one module per family."""

from records.models.base import AgentId, Base, ConversationId
from records.models.casework import Branch, Claim, Reminder, ReturnVisit, ServiceTransaction
from records.models.conversations import (
    Author,
    Conversation,
    Form,
    IdentityAttempt,
    Kind,
    Message,
    Owner,
    TurnEffect,
)
from records.models.customers import Customer
from records.models.people import (
    Agent,
    AgentSession,
    AuditEntry,
    Handoff,
    HandoffState,
    LoginAttempt,
    Role,
)
from records.models.policies import (
    Beneficiary,
    Benefit,
    Loan,
    Policy,
    PolicyState,
    PremiumPayment,
    Product,
    Rider,
)

__all__ = [
    "Agent",
    "AgentId",
    "AgentSession",
    "AuditEntry",
    "Author",
    "Base",
    "Beneficiary",
    "Benefit",
    "Branch",
    "Claim",
    "Conversation",
    "ConversationId",
    "Customer",
    "Form",
    "Handoff",
    "HandoffState",
    "IdentityAttempt",
    "Kind",
    "Loan",
    "LoginAttempt",
    "Message",
    "Owner",
    "Policy",
    "PolicyState",
    "PremiumPayment",
    "Product",
    "Reminder",
    "ReturnVisit",
    "Rider",
    "Role",
    "ServiceTransaction",
    "TurnEffect",
]
