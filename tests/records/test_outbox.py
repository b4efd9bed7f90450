"""The outbox: written with its cause, sent after the commit, and never twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from records import outbox
from records.carriers import DemonstrationCarrier, NoCarrier, Postman, TwilioSms, carriers_of
from records.clock import ManualClock
from records.models import AuditEntry, Dispatch, OutgoingMessage, Way
from records.outbox import ATTEMPTS, LEASE, Parcel, Refused, Result, Sent, Silent
from records.settings import Settings
from records.store import Store

NUMBER = "+12025550101"


class Carrier:
    """Answers as it is told, and remembers what it got."""

    def __init__(self, *results: Result | Exception) -> None:
        self.results = list(results)
        self.got: list[Parcel] = []

    def send(self, parcel: Parcel) -> Result:
        self.got.append(parcel)
        result = self.results.pop(0) if self.results else Sent("ok")
        if isinstance(result, Exception):
            raise result
        return result


def put(store: Store, clock: ManualClock, key: str = "k", **more: Any) -> bool:
    with store.writing() as session:
        return outbox.put(
            session, Way.SMS, NUMBER, f"text {key}", clock.now(), key=key, purpose="test", **more
        )


def rows(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        return list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.id)))


def postman(store: Store, clock: ManualClock, carrier: Any) -> Postman:
    return Postman(store, clock, dict.fromkeys(Way, carrier))


def test_a_message_is_sent_once(store: Store, clock: ManualClock) -> None:
    carrier = Carrier(Sent("SM1"))
    put(store, clock)
    assert postman(store, clock, carrier).deliver() == 1
    assert postman(store, clock, carrier).deliver() == 0
    (row,) = rows(store)
    assert (row.state, row.sent_at, row.carrier_reference) == (Dispatch.SENT, clock.now(), "SM1")
    assert [parcel.recipient for parcel in carrier.got] == [NUMBER]


def test_the_same_key_is_one_message(store: Store, clock: ManualClock) -> None:
    assert put(store, clock) is True
    assert put(store, clock) is False
    assert len(rows(store)) == 1


def test_what_is_rolled_back_is_never_sent(store: Store, clock: ManualClock) -> None:
    with pytest.raises(RuntimeError), store.writing() as session:
        outbox.put(session, Way.SMS, NUMBER, "x", clock.now(), key="k", purpose="test")
        raise RuntimeError
    carrier = Carrier()
    assert postman(store, clock, carrier).deliver() == 0
    assert not carrier.got


def test_nothing_goes_before_its_time_or_after_it(store: Store, clock: ManualClock) -> None:
    now = clock.now()
    put(store, clock, "later", due_at=now + timedelta(hours=1))
    put(store, clock, "stale", good_until=now + timedelta(minutes=5), secret=True)
    clock.advance(minutes=6)
    carrier = Carrier()
    assert postman(store, clock, carrier).deliver() == 0
    assert [row.state for row in rows(store)] == [Dispatch.WAITING, Dispatch.EXPIRED]
    assert rows(store)[1].text == ""
    clock.advance(hours=1)
    assert postman(store, clock, carrier).deliver() == 1
    assert [parcel.text for parcel in carrier.got] == ["text later"]


def test_a_void_message_is_neither_sent_nor_shown(store: Store, clock: ManualClock) -> None:
    put(store, clock, void=True)
    assert postman(store, clock, Carrier()).deliver() == 0
    with store.reading() as session:
        assert not outbox.newest(session)


def test_a_worker_that_dies_on_the_way_leaves_it_uncertain_and_nobody_sends_it_again(
    store: Store, clock: ManualClock
) -> None:
    put(store, clock, secret=True)
    with store.writing() as session:
        parcel = outbox.claim(session, "dies", clock.now())
    assert parcel is not None
    carrier = Carrier()
    assert postman(store, clock, carrier).deliver() == 0, "the lease holds"
    clock.advance(seconds=LEASE.total_seconds())
    assert postman(store, clock, carrier).deliver() == 0
    assert [row.state for row in rows(store)] == [Dispatch.UNCERTAIN]
    with store.writing() as session:
        assert outbox.settle(session, parcel, "dies", Sent("late"), clock.now()) is False
    clock.advance(days=1)
    assert postman(store, clock, carrier).deliver() == 0
    assert not carrier.got


@pytest.mark.parametrize("result", [Silent("timeout"), RuntimeError("broke")])
def test_silence_of_the_carrier_is_never_tried_again(
    result: Result | Exception, store: Store, clock: ManualClock
) -> None:
    carrier = Carrier(result)
    put(store, clock, secret=True)
    postman(store, clock, carrier).deliver()
    clock.advance(days=1)
    postman(store, clock, carrier).deliver()
    (row,) = rows(store)
    assert (row.state, row.text, len(carrier.got)) == (Dispatch.UNCERTAIN, "", 1)
    with store.reading() as session:
        assert session.scalars(select(AuditEntry.action)).one() == "outbox.uncertain"


def test_a_refusal_for_now_is_tried_again_with_growing_pauses_and_then_given_up(
    store: Store, clock: ManualClock
) -> None:
    carrier = Carrier(*[Refused("busy", for_good=False)] * 9)
    put(store, clock)
    waits = []
    for _ in range(ATTEMPTS):
        postman(store, clock, carrier).deliver()
        (row,) = rows(store)
        waits.append((row.due_at - clock.now()).total_seconds())
        assert postman(store, clock, carrier).deliver() == 0
        clock.advance(minutes=10)
    assert (row.state, len(carrier.got)) == (Dispatch.FAILED, ATTEMPTS)
    assert waits[:3] == [20, 40, 80]


def test_a_refusal_for_good_is_final(store: Store, clock: ManualClock) -> None:
    carrier = Carrier(Refused("no such number"))
    put(store, clock)
    postman(store, clock, carrier).deliver()
    clock.advance(days=1)
    assert postman(store, clock, carrier).deliver() == 0
    assert [(row.state, row.problem) for row in rows(store)] == [(Dispatch.FAILED, "no such number")]


def test_a_secret_is_erased_once_it_is_out_but_not_in_the_demonstration(
    store: Store, clock: ManualClock
) -> None:
    put(store, clock, "a", secret=True)
    postman(store, clock, Carrier()).deliver()
    put(store, clock, "b", secret=True)
    postman(store, clock, DemonstrationCarrier()).deliver()
    assert [row.text for row in rows(store)] == ["", "text b"]


def test_two_workers_side_by_side_send_each_message_once(any_store: Store, clock: ManualClock) -> None:
    for number in range(30):
        put(any_store, clock, f"k{number}")
    carrier = Carrier()
    workers = [threading.Thread(target=postman(any_store, clock, carrier).deliver) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(parcel.text for parcel in carrier.got) == sorted(f"text k{n}" for n in range(30))


# ---- carriers ----


class Messages:
    """The part of Twilio's client that sends."""

    def __init__(self, result: Any) -> None:
        self.result = result
        self.calls: list[dict[str, str]] = []
        self.messages = self
        self.sid = "SM123"

    def create(self, **call: str) -> Any:
        self.calls.append(call)
        if isinstance(self.result, Exception):
            raise self.result
        return self


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (None, Sent("SM123")),
        (TwilioRestException(400, "/", code=21211), Refused("400 21211")),
        (TwilioRestException(429, "/", code=20429), Refused("429 20429", for_good=False)),
        (TwilioRestException(503, "/"), Silent("503 None")),
        (requests.exceptions.ConnectTimeout(), Refused("no connection", for_good=False)),
        (requests.exceptions.ReadTimeout(), Silent("ReadTimeout")),
        (requests.exceptions.ConnectionError(), Silent("ConnectionError")),
    ],
)
def test_twilios_answers_are_read_with_care(answer: Any, result: Result) -> None:
    client = Messages(answer)
    parcel = Parcel(1, Way.SMS, NUMBER, "", "hello")
    assert TwilioSms(client, "+12025550100").send(parcel) == result
    assert client.calls == [{"to": NUMBER, "from_": "+12025550100", "body": "hello"}]


def test_who_carries_what() -> None:
    def kinds(settings: Settings, token: str = "") -> list[str]:
        chosen = carriers_of(settings, {"TWILIO_AUTH_TOKEN": token} if token else {})
        return [type(chosen[way]).__name__ for way in (Way.SMS, Way.EMAIL, Way.CALL)]

    account: dict[str, Any] = {"twilio_account_sid": "AC1", "twilio_from": "+12025550100"}
    assert kinds(Settings(demo=True)) == ["DemonstrationCarrier"] * 3
    assert kinds(Settings(demo=False)) == ["NoCarrier"] * 3
    assert kinds(Settings(demo=False, **account)) == ["NoCarrier"] * 3, "no token, no account"
    assert kinds(Settings(demo=True, **account), "t") == ["TwilioSms", *["DemonstrationCarrier"] * 2]
    assert isinstance(NoCarrier().send(Parcel(1, Way.SMS, NUMBER, "", "x")), Refused)


def test_twilio_is_given_a_time_limit_and_never_tries_twice_by_itself() -> None:
    settings = Settings(twilio_account_sid="AC1", twilio_from="+1", twilio_timeout_seconds=7)
    carrier = carriers_of(settings, {"TWILIO_AUTH_TOKEN": "t"})[Way.SMS]
    assert isinstance(carrier, TwilioSms)
    http = carrier._client.http_client
    assert http.timeout == 7
    assert http.session.get_adapter("https://api.twilio.com").max_retries.total == 0
