"""The services that are built: a new one is its description, added here.

Checked at start: a description that cannot work stops the process, not a customer.
"""

from actions.forms.service import Service
from actions.services.branches import BRANCH
from actions.services.callback import CALLBACK
from actions.services.cases import CLAIM_STATUS
from actions.services.catalogue import CATALOGUE
from actions.services.claim import CLAIM
from actions.services.claim_document import CLAIM_DOCUMENT
from actions.services.inquiries import INQUIRIES, STATUS
from actions.services.passkey import PASSKEY
from actions.services.reminders import REMINDERS
from actions.services.requests import TRANSACTION_STATUS
from actions.services.return_visit import RETURN_VISIT
from actions.services.transactions import TRANSACTIONS
from actions.servicing.recording import service_of


def registry(services: tuple[Service, ...]) -> dict[str, Service]:
    """Services by intent.

    Raises:
        ValueError: a description contradicts the catalogue or itself.
    """
    known: dict[str, Service] = {}
    for service in services:
        entry = CATALOGUE.get(service.intent)
        if entry is None or service.intent in known:
            raise ValueError(f"{service.intent}: not in the catalogue, or there twice")
        if (service.assurance, service.code) != (entry.assurance, entry.code):
            raise ValueError(f"{service.intent}: level or code differ from the catalogue")
        names = [field.name for field in service.fields]
        if len(set(names)) != len(names) or any(name.startswith("@") for name in names):
            raise ValueError(f"{service.intent}: field names must differ and not start with @")
        known[service.intent] = service
    return known


SERVICES = registry(
    (
        STATUS,
        *INQUIRIES,
        CLAIM_STATUS,
        TRANSACTION_STATUS,
        BRANCH,
        CLAIM,
        CLAIM_DOCUMENT,
        CALLBACK,
        PASSKEY,
        RETURN_VISIT,
        REMINDERS,
        *(service_of(transaction) for transaction in TRANSACTIONS),
    )
)
