"""The tables, one module per family."""

from records.models.base import AgentId, Base, ConversationId
from records.models.casework import Branch, Claim, ServiceTransaction
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
from records.models.factors import RecoveryCode, SecondFactor
from records.models.outbound import OutboundCall
from records.models.outbox import Dispatch, OutgoingMessage, Way
from records.models.papers import Paper
from records.models.people import (
    Agent,
    AgentSession,
    AuditEntry,
    Handoff,
    HandoffState,
    LoginAttempt,
    Pace,
    Role,
    Transfer,
    TransferState,
)
from records.models.phone import CallState, Leaving, PhoneCall
from records.models.policies import (
    GIVEN_UP,
    Beneficiary,
    Benefit,
    Loan,
    Policy,
    PolicyState,
    PremiumPayment,
    Product,
    Rider,
)
from records.models.proofs import OneTimeCode, Passkey, PasskeyChallenge, VerificationLink
from records.models.quality import QualityFinding
from records.models.ratings import Rating
from records.models.reminders import DebitFailure, Reminder, ReminderChoice
from records.models.reviews import ArticleDraft, LearningReport, LedgerCursor, Review, ReviewState
from records.models.schedules import Schedule
from records.models.servicing import (
    CustomerProfile,
    IncomingPayment,
    PaymentOrder,
    Payout,
    PolicyArrangement,
)
from records.models.settlements import ClaimPayout
from records.models.visits import ProblemTicket, ReturnVisit, VisitAttempt
from records.models.webhooks import Delivery, WebhookCursor, WebhookDelivery, WebhookEvent

__all__ = [
    "GIVEN_UP",
    "Agent",
    "AgentId",
    "AgentSession",
    "ArticleDraft",
    "AuditEntry",
    "Author",
    "Base",
    "Beneficiary",
    "Benefit",
    "Branch",
    "CallState",
    "Claim",
    "ClaimPayout",
    "Conversation",
    "ConversationId",
    "Customer",
    "CustomerProfile",
    "DebitFailure",
    "Delivery",
    "Dispatch",
    "Form",
    "Handoff",
    "HandoffState",
    "IdentityAttempt",
    "IncomingPayment",
    "Kind",
    "LearningReport",
    "Leaving",
    "LedgerCursor",
    "Loan",
    "LoginAttempt",
    "Message",
    "OneTimeCode",
    "OutboundCall",
    "OutgoingMessage",
    "Owner",
    "Pace",
    "Paper",
    "Passkey",
    "PasskeyChallenge",
    "PaymentOrder",
    "Payout",
    "PhoneCall",
    "Policy",
    "PolicyArrangement",
    "PolicyState",
    "PremiumPayment",
    "ProblemTicket",
    "Product",
    "QualityFinding",
    "Rating",
    "RecoveryCode",
    "Reminder",
    "ReminderChoice",
    "ReturnVisit",
    "Review",
    "ReviewState",
    "Rider",
    "Role",
    "Schedule",
    "SecondFactor",
    "ServiceTransaction",
    "Transfer",
    "TransferState",
    "TurnEffect",
    "VerificationLink",
    "VisitAttempt",
    "Way",
    "WebhookCursor",
    "WebhookDelivery",
    "WebhookEvent",
]
