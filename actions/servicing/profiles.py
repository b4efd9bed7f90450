"""The customer's rows that a transaction changes. Always the customer of the transaction, nobody else."""

from sqlalchemy.orm import Session

from records.models import Customer, CustomerProfile, ServiceTransaction


def customer_of(session: Session, row: ServiceTransaction) -> Customer:
    """The customer of a transaction.

    Raises:
        LookupError: it is nobody's.
    """
    if row.customer_id is None:
        raise LookupError(f"{row.receipt} is of no customer")
    return session.get_one(Customer, row.customer_id, with_for_update=True, populate_existing=True)


def profile_row(session: Session, row: ServiceTransaction) -> CustomerProfile:
    """The basic data of the customer of a transaction, to be changed."""
    customer = customer_of(session, row)
    profile = session.get(CustomerProfile, customer.id)
    if profile is None:
        profile = CustomerProfile(customer_id=customer.id)
        session.add(profile)
        session.flush()
    return profile
