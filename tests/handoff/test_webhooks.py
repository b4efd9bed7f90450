"""Webhooks: every event once for each address, signed, tried again with growing pauses, blocking nobody."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from handoff import decisions, desk, webhooks
from handoff.authorization import Principal
from handoff.webhook_messenger import Messenger
from records import audit
from records.models import AgentId, AuditEntry, Delivery, Role, WebhookCursor, WebhookDelivery, WebhookEvent
from tests.handoff import cases
from tests.handoff.conftest import AMY, Floor
from tests.handoff.test_decisions import asked

CRM, LAKE = "https://crm.example/hook", "https://lake.example/in"
KEY = "key of this test"


class Receivers:
    """The other systems: what they got, and what they answer."""

    def __init__(self) -> None:
        self.got: list[httpx.Request] = []
        self.answers: dict[str, int] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        status = self.answers.get(request.url.host, 204)
        if status == 0:
            raise httpx.ConnectTimeout("nobody there")
        return httpx.Response(status, headers={"location": "http://127.0.0.1/"})

    def kinds(self, host: str) -> list[str]:
        return [json.loads(one.content)["type"] for one in self.got if one.url.host == host]


@pytest.fixture
def receivers() -> Receivers:
    return Receivers()


@pytest.fixture
def messenger(floor: Floor, receivers: Receivers) -> Messenger:
    made = Messenger(floor.store, floor.clock, (CRM, LAKE), KEY, httpx.MockTransport(receivers))
    assert made.gather() == 0  # from here on
    return made


def run(messenger: Messenger) -> int:
    messenger.gather()
    return sum(messenger.deliver(address) for address in (CRM, LAKE))


def deliveries(floor: Floor) -> list[WebhookDelivery]:
    with floor.store.reading() as session:
        return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def serve(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        desk.resolve(session, amy, standing.id, "solved", "notes", floor.clock.now(), epoch=standing.epoch)


def test_a_conversation_is_told_from_queue_to_resolution(
    floor: Floor, messenger: Messenger, receivers: Receivers
) -> None:
    serve(floor)
    assert run(messenger) == 6
    told = ["conversation.queued", "conversation.assigned", "conversation.resolved"]
    assert receivers.kinds("crm.example") == receivers.kinds("lake.example") == told
    last = json.loads(receivers.got[2].content)
    assert last["data"]["agent"] == "amy" and last["data"]["disposition"] == "solved"
    assert last["timestamp"] == floor.clock.now().isoformat()
    assert run(messenger) == 0


def test_decisions_of_agents_are_told_and_nothing_of_customers(
    floor: Floor, messenger: Messenger, receivers: Receivers
) -> None:
    amy = Principal(AgentId(floor.staff(AMY)["amy"]), "amy", "Amy Gao", Role.AGENT)
    _, receipt = asked(floor, cases.loan)
    with floor.store.writing() as session:
        decisions.refuse(session, amy, receipt, "Li Wei asked too soon", floor.clock.now())
        # A customer's own service is no decision, and a look no event.
        audit.note(session, floor.clock.now(), "customer:C1001", "service.LN.applied", "transaction:SR9")
        audit.note(session, floor.clock.now(), "agent:amy", "customer_viewed", "customer:C1001")
    run(messenger)
    (body,) = [one.content for one in receivers.got if b"decision" in one.content and one.url.host[0] == "c"]
    assert json.loads(body)["data"] == {"request": receipt, "agent": "amy", "decision": "refused"}
    assert all(b"Li Wei" not in one.content and b"C1001" not in one.content for one in receivers.got)


def test_the_signature_is_that_of_standard_webhooks(
    floor: Floor, messenger: Messenger, receivers: Receivers
) -> None:
    floor.hand_over()
    run(messenger)
    sent = receivers.got[0]
    assert sent.headers["webhook-timestamp"] == str(int(floor.clock.now().timestamp()))
    assert sent.headers["webhook-id"] == json.loads(sent.content)["id"]
    signed = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.".encode() + sent.content
    expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert sent.headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("answer", [500, 302, 404, 0])
def test_a_failure_is_tried_again_with_growing_pauses_under_the_same_id(
    floor: Floor, messenger: Messenger, receivers: Receivers, answer: int
) -> None:
    receivers.answers["crm.example"] = answer
    floor.hand_over()
    pauses: list[timedelta] = []
    run(messenger)
    while (row := deliveries(floor)[0]).state is Delivery.WAITING:
        assert run(messenger) == 0
        pauses.append(row.due_at - floor.clock.now())
        floor.clock.advance(seconds=pauses[-1].total_seconds())
        run(messenger)
    assert row.state is Delivery.FAILED and row.attempts == webhooks.ATTEMPTS
    assert pauses[:4] == [timedelta(seconds=5 * 2**n) for n in range(4)]
    assert pauses == sorted(pauses) and pauses[-1] == webhooks.LONGEST_PAUSE
    # The other address had it at once, and once.
    assert receivers.kinds("lake.example") == ["conversation.queued"]
    ids = {one.headers["webhook-id"] for one in receivers.got}
    assert len(ids) == 1 and all(one.url.host.endswith(".example") for one in receivers.got)
    receivers.answers.clear()
    with floor.store.writing() as session:
        assert webhooks.send_again(session, floor.clock.now()) == 1
    run(messenger)
    assert deliveries(floor)[0].state is Delivery.DELIVERED


def test_who_says_gone_is_not_asked_again(floor: Floor, messenger: Messenger, receivers: Receivers) -> None:
    receivers.answers["crm.example"] = 410
    floor.hand_over()
    run(messenger)
    assert deliveries(floor)[0].state is Delivery.FAILED


def test_a_messenger_that_fell_silent_is_replaced(
    floor: Floor, messenger: Messenger, receivers: Receivers
) -> None:
    floor.hand_over()
    messenger.gather()
    with floor.store.writing() as session:
        assert webhooks.claim(session, CRM, floor.clock.now()) is not None
    assert messenger.deliver(CRM) == 0
    floor.clock.advance(seconds=webhooks.LEASE.total_seconds())
    assert messenger.deliver(CRM) == 1
    assert deliveries(floor)[0].state is Delivery.DELIVERED


def test_a_line_that_appears_late_is_not_missed_and_none_is_told_twice(
    floor: Floor, messenger: Messenger, receivers: Receivers
) -> None:
    """Numbers are given before the commit: a lower one may become visible after a higher one."""
    now = floor.clock.now()
    with floor.store.writing() as session:
        start = session.get_one(WebhookCursor, 1).audit_id
        session.add(line(start + 2, now))
    assert messenger.gather() == 1
    floor.clock.advance(seconds=60)
    with floor.store.writing() as session:
        session.add(line(start + 1, now))
    assert messenger.gather() == 1
    floor.clock.advance(seconds=180)
    with floor.store.writing() as session:
        session.add(line(start + 3, floor.clock.now()))
    assert messenger.gather() == 1
    with floor.store.reading() as session:
        assert session.get_one(WebhookCursor, 1).audit_id == start + 2
        assert len(session.scalars(select(WebhookEvent.id)).all()) == 3
    assert messenger.gather() == 0


def line(number: int, now: datetime) -> AuditEntry:
    return AuditEntry(
        id=number, at=now, actor="bot", action="handed_over", subject=f"conversation:{number}", detail={}
    )


def test_many_events_come_in_several_goes(floor: Floor, messenger: Messenger) -> None:
    now = floor.clock.now()
    with floor.store.writing() as session:
        for number in range(webhooks.BATCH + 5):
            audit.note(session, now, "bot", "handed_over", f"conversation:{number}")
    floor.clock.advance(seconds=600)
    assert [messenger.gather() for _ in range(3)] == [webhooks.BATCH, 5, 0]


def test_only_addresses_over_https_or_of_this_machine_are_taken() -> None:
    assert webhooks.addresses_of(f" {CRM}, http://127.0.0.1:9/x ,{CRM},") == (CRM, "http://127.0.0.1:9/x")
    for wrong in ("http://crm.example/hook", "ftp://crm.example", "crm.example", "https://"):
        with pytest.raises(ValueError, match="not an address"):
            webhooks.addresses_of(wrong)
