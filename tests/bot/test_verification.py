"""The verification page over HTTP, and the demonstration's outbox: who is let in, and what is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot import ceremonies
from bot.services import Services
from handoff import queue
from records import ledger
from records.clock import ManualClock
from records.models import Author, ConversationId, Customer, Message, VerificationLink
from records.settings import Settings
from records.store import Store
from tests.actions.authenticator import Authenticator
from tests.bot.centre import application, services_over

ORIGIN = "http://localhost:8000"
Post = Callable[..., Any]


@pytest.fixture
def say(client: TestClient) -> Callable[[str], str]:
    """Li Wei over REST."""

    def send(text: str) -> str:
        body = {"sender": "li", "message": text}
        return "\n".join(one["text"] for one in client.post("/webhooks/rest/webhook", json=body).json())

    return send


@pytest.fixture
def link(say: Callable[[str], str]) -> str:
    """The page for making a passkey, asked for by a service that needs one."""
    for text in ("I want a loan", "880000100101", "1985-03-12", "0011"):
        say(text)
    return path_in(say("500"))


@pytest.fixture
def post(client: TestClient) -> Post:
    def send(path: str, act: str, origin: str | None = ORIGIN, **body: Any) -> Any:
        return client.post(f"{path}/{act}", json=body, headers={"Origin": origin} if origin else {})

    return send


def path_in(text: str) -> str:
    found = re.search(r"/verify/[\w-]{43}", text)
    assert found, text
    return found.group()


def code(client: TestClient) -> str:
    text = client.get("/demo/outbox").json()[0]["text"]
    found = re.search(r"\d{6}", text)
    assert found
    return found.group()


def register(client: TestClient, post: Post, path: str) -> tuple[Authenticator, str]:
    """A passkey, and the page where it is asked for next."""
    device = Authenticator()
    assert post(path, "send").json() == {"ok": True}
    assert post(path, "code", code=code(client)).json() == {"ok": True}
    options = post(path, "options").json()["options"]
    done = post(path, "answer", credential=device.create(options)).json()
    return device, done["next"]


def entries(store: Store) -> list[tuple[Author, str]]:
    with store.reading() as session:
        rows = session.execute(select(Message.author, Message.body).order_by(Message.seq))
        return [(author, body.get("text", "")) for author, body in rows]


def test_the_form_goes_on_by_itself_once(
    client: TestClient, post: Post, link: str, store: Store, services: Services
) -> None:
    device, onward = register(client, post, link)
    options = post(onward, "options").json()["options"]
    answer = device.get(options)
    assert post(onward, "answer", credential=answer).json() == {"ok": True}
    assert post(onward, "answer", credential=answer).status_code == 410
    client.get("/verify/" + "x" * 43)  # one more round of the loop, so that the turn ends
    said = entries(store)[-4:]
    assert said[:3] == [
        (Author.SYSTEM, ceremonies.REGISTERED),
        (Author.SYSTEM, ceremonies.CONFIRMED),
        (Author.CUSTOMER, ceremonies.GOES_ON),
    ]
    assert said[3] == (Author.BOT, "To which account?")


def test_a_person_who_has_the_conversation_sees_the_notice_and_the_bot_keeps_quiet(
    client: TestClient, post: Post, link: str, store: Store, clock: ManualClock
) -> None:
    device, onward = register(client, post, link)
    options = post(onward, "options").json()["options"]
    with store.writing() as session:
        conversation_id = session.scalars(select(VerificationLink.conversation_id)).first()
        assert conversation_id is not None
        queue.hand_over(
            session, ledger.lock(session, ConversationId(conversation_id)), "asked_for", clock.now()
        )
    assert post(onward, "answer", credential=device.get(options)).status_code == 200
    assert entries(store)[-1] == (Author.SYSTEM, ceremonies.CONFIRMED)


def test_the_page_is_served_strictly(client: TestClient, link: str) -> None:
    for path, status in ((link, 200), ("/verify/" + "x" * 43, 410)):
        answer = client.get(path)
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert (
            "<script>" not in answer.text and " style=" not in answer.text and " onclick" not in answer.text
        )


def test_opening_it_changes_nothing(client: TestClient, link: str) -> None:
    pages = {client.get(link).text for _ in range(5)}
    assert len(pages) == 1 and "Send me the code" in pages.pop()


def test_a_loopback_address_moves_to_where_passkeys_work(client: TestClient, link: str) -> None:
    answer = client.get(f"http://127.0.0.1:8000{link}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, ORIGIN + link)


@pytest.mark.parametrize(
    "origin", [None, "null", "http://127.0.0.1:8000", "http://localhost", "http://evil.example"]
)
@pytest.mark.parametrize("act", list(ceremonies.ACTS))
def test_only_the_page_itself_may_post(origin: str | None, act: str, post: Post, link: str) -> None:
    answer = post(link, act, origin)
    assert (answer.status_code, answer.json()["error"]) == (403, "origin")


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"[]", b"null", b'"x"', b"[" * 5000, b'{"a": "' + b"x" * 40_000 + b'"}', b"\xff\xfe"],
)
def test_what_is_no_object_is_refused(content: bytes, client: TestClient, link: str) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}
    assert client.post(f"{link}/answer", content=content, headers=headers).status_code == 400
    headers["Content-Type"] = "text/plain"
    assert client.post(f"{link}/answer", content=b"{}", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "credential",
    [None, 1, "x", [], {}, {"id": 7}, {"id": "x", "response": []}, {"response": {"userHandle": 1}}],
)
def test_an_answer_that_is_none_is_refused(
    credential: Any, client: TestClient, post: Post, link: str
) -> None:
    assert post(link, "send").status_code == 200
    assert post(link, "code", code=code(client)).status_code == 200
    assert post(link, "options").status_code == 200
    assert post(link, "answer", credential=credential).status_code == 403


def test_steps_that_are_none_and_links_that_are_none(post: Post, link: str) -> None:
    assert post(link, "delete").status_code == 404
    assert post("/verify/" + "x" * 43, "options").status_code == 410
    assert post("/verify/short", "options").status_code == 422


def test_wrong_codes_are_counted_although_they_are_refused(client: TestClient, post: Post, link: str) -> None:
    post(link, "send")
    right = code(client)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    told = [post(link, "code", code=wrong).json()["error"] for _ in range(3)]
    assert told == ["no", "no", "exhausted"]
    assert post(link, "code", code=right).json()["error"] == "exhausted"
    assert post(link, "options").status_code == 403


def test_a_second_code_waits_a_minute(post: Post, link: str, clock: ManualClock) -> None:
    post(link, "send")
    assert post(link, "send").json()["error"] == "too_soon"
    clock.advance(minutes=1)
    assert post(link, "send").json() == {"ok": True}


def test_the_page_says_what_it_would_be_for(client: TestClient, post: Post, link: str) -> None:
    _, onward = register(client, post, link)
    assert "wants to take a policy loan" in client.get(onward).text


def test_the_name_of_no_customer_stands_on_a_page(
    client: TestClient, post: Post, link: str, store: Store
) -> None:
    _, onward = register(client, post, link)
    with store.reading() as session:
        customers = session.scalars(select(Customer)).all()
    for page in (client.get(onward).text, client.get("/verify/" + "x" * 43).text):
        assert not [one for one in customers if one.name in page or one.mobile in page or one.number in page]


# ---- the outbox of the demonstration ----


def test_the_outbox_shows_what_would_have_gone_out_newest_first(
    client: TestClient, post: Post, link: str, clock: ManualClock
) -> None:
    register(client, post, link)
    shown = client.get("/demo/outbox").json()
    assert [one["purpose"] for one in shown] == ["passkey_notice", "one_time_code"]
    assert {"channel", "to", "text", "state", "at"} <= set(shown[0])
    assert shown[0]["channel"] == "sms"


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("10.0.0.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}),
        ("127.0.0.1", {"Host": "rebound.example"}),
        ("testclient", {}),
    ],
)
def test_the_outbox_answers_the_machine_itself_alone(
    host: str, headers: dict[str, str], services: Services
) -> None:
    with TestClient(application(services), base_url=ORIGIN, client=(host, 5)) as client:
        assert client.get("/demo/outbox", headers=headers).status_code == 404


def test_there_is_no_outbox_outside_a_demonstration(store: Store, clock: ManualClock) -> None:
    services = services_over(store, clock, Settings(demo=False))
    with TestClient(application(services), base_url=ORIGIN, client=("127.0.0.1", 5)) as client:
        assert client.get("/demo/outbox").status_code == 404
