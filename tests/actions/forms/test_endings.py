"""Every service comes to its end: nothing is asked twice, nothing is done before the confirmation."""

import pytest
from sqlalchemy import func, select, update

from actions.services.registry import SERVICES
from records.models import Claim, Conversation, Owner, ServiceTransaction
from tests.actions.forms.rehearsal import Rehearsal

PROOF = ["identifier", "birth", "id_ending"]
STRONG = [*PROOF, "policy", "@strengthen"]
SAFE = ["account", "approached", "handed_over"]
CLAIM = ["kind", "reporter", "insured_name", "policy", "date", "place", "story", "hospital"]
VISIT = ["speaker", "signed", "manual", "cover", "loss", "cooling_off", "instalments"]
ASKED = {
    "check_policy_status": PROOF,
    "check_coverage": [*PROOF, "policy"],
    "check_premium_due": [*PROOF, "policy"],
    "check_cash_value": [*PROOF, "policy"],
    "check_loan_balance": [*PROOF, "policy"],
    "check_benefits": [*PROOF, "policy"],
    "check_claim_status": PROOF,
    "check_transaction_status": PROOF,
    "find_branch": ["place"],
    "report_claim": ["identifier", *CLAIM, "@confirm"],
    "add_claim_document": [*PROOF, "file"],
    "start_return_visit": ["identifier", *VISIT],
    "check_reminders": [*PROOF, "what"],
    "set_up_passkey": PROOF,
    "request_callback": ["time", "phone", "@confirm"],
    "change_contact": [*PROOF, "what", "address", "@confirm"],
    "change_personal_data": [*PROOF, "item", "employer", "@confirm"],
    "update_id_document": [*PROOF, "expires", "@confirm"],
    "change_payment_account": [*STRONG, "way", "approached", "handed_over", "@confirm"],
    "change_premium_frequency": [*PROOF, "policy", "frequency", "@confirm"],
    "set_auto_premium_loan": [*PROOF, "policy", "switch", "@confirm"],
    "pay_premium": ["identifier", "policy", "@confirm"],
    "reduce_cover": [*STRONG, "new_sum", *SAFE, "@confirm"],
    "cancel_in_cooling_off": [*PROOF, "@strengthen", *SAFE, "@confirm"],
    "take_policy_loan": [*STRONG, "amount", *SAFE, "@confirm"],
    "repay_loan": ["identifier", "policy", "amount", "@confirm"],
    "withdraw_benefit": [*STRONG, "what", *SAFE, "@confirm"],
    "set_dividend_option": [*PROOF, "policy", "option", "@confirm"],
    "reissue_policy": [*PROOF, "policy", "wish", "form", "@confirm"],
    "set_notice_delivery": [*PROOF, "way", "@confirm"],
}
"""What is asked of a customer who begins without details and identifies by telephone number."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_comes_to_its_end(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    assert walk.is_whole
    assert walk.end.last["loop"] is False
    assert len(walk.asked) == len(set(walk.asked)), "asked twice"
    custom = walk.end.last["messages"][-1]["custom"]
    assert custom["service"] in (service, SERVICES[service].code)
    if SERVICES[service].transaction is not None:
        rehearsal.at(walk.end)
        with rehearsal.store.reading() as session:
            row = session.scalars(select(ServiceTransaction)).one()
        assert (row.receipt, row.service) == (custom["receipt"], SERVICES[service].code)


@pytest.mark.parametrize("service", ASKED)
def test_no_more_is_asked_than_is_needed(service: str, rehearsal: Rehearsal) -> None:
    assert rehearsal.walk(service).asked == ASKED[service]


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_carried_out_before_the_last_answer(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        with rehearsal.store.reading() as session:
            done = session.scalar(select(func.count()).select_from(ServiceTransaction))
            ours = Claim.conversation_id == customer.conversation_id
            assert (done, session.scalar(select(Claim.id).where(ours))) == (0, None), moment.asked


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if one.confirm])
def test_nothing_is_carried_out_once_a_person_has_taken_over(service: str, rehearsal: Rehearsal) -> None:
    customer = rehearsal.question(service, "@confirm")
    with rehearsal.store.writing() as session:
        session.execute(update(Conversation).values(owner=Owner.QUEUED))
    assert customer.say("yes", "affirm") == "", "the bot has nothing to say any more"
    with rehearsal.store.reading() as session:
        done = session.scalar(select(func.count()).select_from(ServiceTransaction))
        ours = Claim.conversation_id == customer.conversation_id
        assert (done, session.scalar(select(Claim.id).where(ours))) == (0, None)
