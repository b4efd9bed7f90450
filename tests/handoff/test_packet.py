from datetime import date

from handoff.packet import Packet
from handoff.reasons import Reason
from records import audit, ledger
from records.models import Author, Claim, ConversationId, Form, IdentityAttempt, Kind, ServiceTransaction
from tests.handoff.conftest import Floor


def packet_of(floor: Floor, conversation_id: ConversationId) -> Packet:
    return Packet.model_validate(floor.handoff(conversation_id).packet)


def bot_says(floor: Floor, conversation_id: ConversationId, text: str, **custom: object) -> None:
    with floor.store.writing() as session:
        standing = ledger.lock(session, conversation_id)
        item = (f"b{standing.last_seq}", Kind.MESSAGE, {"text": text, "custom": custom})
        ledger.append(session, standing, Author.BOT, [item], floor.clock.now(), epoch=standing.epoch)


def loan(floor: Floor) -> ConversationId:
    """A customer of 75 in the middle of a policy loan, with a case behind them and a wrong code."""
    customer_id = floor.customer("C1003", date(1951, 11, 2))
    conversation_id = floor.talk("I need a loan", "Twenty thousand", customer_id=customer_id, assurance=2)
    now = floor.clock.now()
    with floor.store.writing() as session:
        session.add(
            Form(
                conversation_id=conversation_id,
                version=2,
                service="take_policy_loan",
                status="open",
                state={"values": {"amount": "20000"}, "missing": ["account"], "failed": ["account"]},
                updated_at=now,
            )
        )
        session.add(
            Claim(
                number="CL20260042",
                policy_number="880000100301",
                kind="accident",
                status="registered",
                reported_at=now,
                missing=[],
                conversation_id=conversation_id,
                form_version=1,
            )
        )
        session.add(
            ServiceTransaction(
                receipt="R0001",
                service="LD",
                customer_id=customer_id,
                state="done",
                details={},
                created_at=now,
                conversation_id=conversation_id,
                form_version=1,
            )
        )
        session.add(
            IdentityAttempt(
                conversation_id=conversation_id, identifier_hash="x" * 64, succeeded=False, at=now
            )
        )
        audit.note(
            session,
            now,
            "bot",
            "identity.verified",
            f"conversation:{conversation_id}",
            method="one_time_code",
        )
    bot_says(floor, conversation_id, "Which account?", intent="take_policy_loan", expects="account", tier=1)
    return conversation_id


def test_the_packet_holds_all_that_the_bot_knows(floor: Floor) -> None:
    conversation_id = floor.hand_over(Reason.FIELD_FAILED, loan(floor))
    packet = packet_of(floor, conversation_id)
    assert (packet.version, packet.reason, packet.intent, packet.service) == (
        1,
        Reason.FIELD_FAILED,
        "take_policy_loan",
        "take_policy_loan",
    )
    assert [(slot.label, slot.value) for slot in packet.filled] == [("Amount", "20000")]
    assert [question.name for question in packet.missing] == ["account"]
    assert packet.failed == ("Account",)
    assert [(one.kind, one.number) for one in packet.outcomes] == [
        ("claim", "CL20260042"),
        ("request", "R0001"),
    ]
    assert (packet.identity.level, packet.identity.method) == (2, "One time code")
    assert packet.customer is not None
    assert (packet.customer.number, packet.customer.age, packet.customer.province) == (
        "C1003",
        75,
        "Beijing",
    )
    assert set(packet.risks) == {
        "Money can leave the customer",
        "Identity too weak for this service",
        "1 wrong proof of identity",
        "60 or older",
    }
    assert packet.last_utterance == "Twenty thousand"
    assert packet.transcript.seq == floor.standing(conversation_id).last_seq - 1
    assert packet.language == "en"
    assert "next in the queue" in packet.wait_promised


def test_the_summary_is_made_of_the_packets_own_parts(floor: Floor) -> None:
    packet = packet_of(floor, floor.hand_over(Reason.FIELD_FAILED, loan(floor)))
    assert packet.summary == (
        "Li Wei (verified) is here about “Take a policy loan”: could not answer one question of the form. "
        "Done so far: Accident case CL20260042; Request to change your phone, address or e-mail R0001. "
        "Still missing: account."
    )


def test_sixty_and_older_go_before_complaints(floor: Floor) -> None:
    elder = floor.hand_over(Reason.ASKED_FOR, loan(floor))
    complaint = floor.hand_over(Reason.COMPLAINT)
    assert (floor.position(elder), floor.position(complaint)) == (1, 2)


def test_a_name_given_without_identification_is_not_in_the_packet(floor: Floor) -> None:
    customer_id = floor.customer()
    packet = packet_of(
        floor, floor.hand_over(conversation_id=floor.talk("Hi", customer_id=customer_id, assurance=0))
    )
    assert packet.customer is None
    assert packet.identity.words == "Anonymous"


def test_an_empty_conversation_has_a_packet_too(floor: Floor) -> None:
    packet = packet_of(floor, floor.hand_over(Reason.BOT_FAILED, floor.talk()))
    assert packet.failed == ("The assistant did not answer",)
    assert packet.summary == "An unknown customer (anonymous) is here: the assistant failed."


def test_what_the_caller_knows_better_goes_in(floor: Floor) -> None:
    conversation_id = floor.hand_over(
        Reason.VERIFICATION_FAILED, floor.talk("Hello"), intent="check_cash_value", failed=["Policy number"]
    )
    packet = packet_of(floor, conversation_id)
    assert (packet.intent, packet.failed) == ("check_cash_value", ("Policy number", "Proof of identity"))
    assert floor.handoff(conversation_id).skill == "inquiry"
