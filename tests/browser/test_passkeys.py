"""Passkeys in a real browser with Chromium's virtual authenticator: made, used, and refused."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from bench.stack import free_ports
from tests.browser.chat import Chat

ROOT = Path(__file__).parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

LI_WEI = ("880000100101", "1985-03-12", "0011")
SUN_LEI = ("880000100701", "1982-12-01", "0077")
WANG_FANG = ("880000100201", "1990-07-25", "0022")

ASK = """async ({ options, act }) => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0));
  const text = data => btoa(String.fromCharCode(...new Uint8Array(data))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  const credential = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials.map(one => ({ ...one, id: bytes(one.id) })),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {
    clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
    ...(userHandle ? { userHandle: text(userHandle) } : {}),
  } };
}"""  # noqa: E501
"""Signs as the page would, for tests that put something else in its place."""


@dataclass
class IdentityCentre:
    """The running centre, as a customer's other devices and programs reach it."""

    port: int

    @property
    def url(self) -> str:
        """Where its pages are, as `make up` says it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Where its passkeys work."""
        return f"http://localhost:{self.port}"

    def code(self) -> str:
        """The newest one-time code that went out."""
        messages = httpx.get(f"{self.url}/demo/outbox").json()
        text = next(one["text"] for one in messages if one["purpose"] == "one_time_code")
        found = re.search(r"\d{6}", text)
        assert found
        return found.group()

    def messages(self, purpose: str) -> list[dict[str, Any]]:
        """What went out, newest first."""
        return [one for one in httpx.get(f"{self.url}/demo/outbox").json() if one["purpose"] == purpose]

    def say(self, sender: str, *texts: str) -> list[dict[str, Any]]:
        """Talk over the REST channel; the last replies."""
        replies: list[dict[str, Any]] = []
        for text in texts:
            body = {"sender": sender, "message": text}
            replies = httpx.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=30).json()
        return replies

    def link(self, person: tuple[str, str, str], *, sender: str | None = None) -> str:
        """The address of the page for a strong proof, in a new conversation of a verified customer."""
        replies = self.say(sender or uuid4().hex, "I want a loan", *person, "500")
        found = re.search(rf"{self.url}(/verify/[\w-]+)", replies[-1]["text"])
        assert found, replies
        return found.group(1)

    def post(self, path: str, body: Any = None, *, origin: str | None = None) -> httpx.Response:
        """What the page posts."""
        return httpx.post(self.origin + path, json=body or {}, headers={"Origin": origin or self.origin})


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCentre]:
    (port,) = free_ports(1)
    data = tmp_path_factory.mktemp("identity")
    environment = {**os.environ, "DATA": str(data), "PORT": str(port), "DEMO": "1"}
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.identity_app"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    centre = IdentityCentre(port)
    try:
        transport = httpx.HTTPTransport(retries=8)  # each waits longer than the last
        with httpx.Client(transport=transport, timeout=30) as client:
            client.get(f"{centre.url}/demo/outbox").raise_for_status()
        yield centre
    finally:
        process.terminate()
        process.wait(15)
        assert "Traceback" not in (data / "log").read_text()


@dataclass
class Device:
    """A phone or computer that checks faces: a virtual authenticator on one page."""

    session: CDPSession
    id: str

    def credentials(self) -> list[dict[str, Any]]:
        """The passkeys on it, private keys and all, to be put on another page's device."""
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return found["credentials"]  # type: ignore[no-any-return]

    def recognises(self, owner: bool) -> None:
        """Whether the face in front of it is its owner's."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": owner})


def device_on(page: Page, *credentials: dict[str, Any]) -> Device:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    for credential in credentials:
        session.send(
            "WebAuthn.addCredential",
            {"authenticatorId": made["authenticatorId"], "credential": credential},
        )
    return Device(session, made["authenticatorId"])


def register(page: Page, centre: IdentityCentre, path: str) -> Device:
    """Go through the page that makes a passkey; ends on the page that asks for it."""
    page.goto(centre.url + path)
    device = device_on(page)
    page.get_by_role("button", name="Send me the code").click()
    expect(page.get_by_role("status")).to_contain_text("on its way")
    page.get_by_label("Code from the SMS").fill(centre.code())
    page.get_by_role("button", name="Check the code").click()
    page.get_by_role("button", name="Set up my passkey").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    return device


@pytest.fixture(scope="module")
def made(browser: Browser, centre: IdentityCentre) -> dict[str, Any]:
    """Wang Fang's passkey as it left its device."""
    with browser.new_context() as context:
        page = context.new_page()
        (credential,) = register(page, centre, centre.link(WANG_FANG)).credentials()
    return credential


@pytest.fixture
def wang_fang(made: dict[str, Any]) -> dict[str, Any]:
    """Wang Fang's passkey; its counter has gone on since the test before."""
    made["signCount"] += 50
    return dict(made)


def test_a_passkey_is_made_and_used_and_the_conversation_goes_on_by_itself(
    new_page: Callable[[], Page], centre: IdentityCentre
) -> None:
    page = new_page()
    page.goto(centre.url)
    chat = Chat(page)
    chat.open()
    for text in ("I want a loan", LI_WEI[0], "send me a code"):
        chat.say(text)
        expect(chat.messages.last).to_contain_text("?")
    expect(chat.messages.last).to_contain_text("Which code did you get?")
    chat.say(centre.code())
    expect(chat.messages.last).to_contain_text("How much?")
    chat.say("500")
    link = chat.messages.last.get_by_role("link")
    expect(link).to_have_attribute("href", re.compile(rf"^{centre.url}/verify/[\w-]{{43}}$"))
    with page.context.expect_page() as opened:
        link.click()
    verification = opened.value
    device = register(verification, centre, link.get_attribute("href", timeout=1000)[len(centre.url) :])  # type: ignore[index]
    assert len(device.credentials()) == 1
    expect(verification.locator("main")).to_contain_text("wants to take a policy loan")
    verification.get_by_role("button", name="Check my face or fingerprint").click()
    expect(verification.get_by_role("status")).to_contain_text("it is you")
    expect(chat.host.get_by_text("Your passkey is set up.")).to_be_visible()
    expect(chat.host.get_by_text("Your passkey has confirmed that it is you.")).to_be_visible()
    expect(chat.messages.last).to_contain_text("To which account?")
    chat.say("my savings account")
    chat.button("Yes").click()
    expect(chat.messages.last).to_contain_text("gets 500 at level 3")
    notice = centre.messages("passkey_notice")[0]
    assert notice["to"] == "+12025550101"


def test_a_passkey_serves_again_in_another_conversation(
    new_page: Callable[[], Page], centre: IdentityCentre, wang_fang: dict[str, Any]
) -> None:
    page = new_page()
    sender = uuid4().hex
    page.goto(centre.url + centre.link(WANG_FANG, sender=sender))
    device_on(page, wang_fang)
    page.get_by_role("button", name="Check my face or fingerprint").click()
    expect(page.get_by_role("status")).to_contain_text("it is you")
    said = httpx.get(f"{centre.url}/webhooks/rest/webhook/{sender}", params={"wait": 5, "after": 10}).json()
    assert said[-1]["text"] == "To which account?"
    assert said[-1]["custom"]["assurance"] == 3


def test_another_face_is_refused_by_the_device(
    context: BrowserContext, centre: IdentityCentre, wang_fang: dict[str, Any]
) -> None:
    page = context.new_page()
    page.goto(centre.url + centre.link(WANG_FANG))
    device = device_on(page, wang_fang)
    device.recognises(owner=False)
    page.get_by_role("button", name="Check my face or fingerprint").click()
    expect(page.get_by_role("alert")).to_contain_text("did not confirm")
    device.recognises(owner=True)
    page.get_by_role("button", name="Check my face or fingerprint").click()
    expect(page.get_by_role("status")).to_contain_text("it is you")


def test_a_page_of_another_origin_is_refused(
    context: BrowserContext, centre: IdentityCentre, wang_fang: dict[str, Any]
) -> None:
    """Even one of the same domain: another port is another house."""
    path = centre.link(WANG_FANG)
    evil = f"http://localhost:{centre.port + 1}"
    page = context.new_page()
    page.route(
        f"{evil}/**",
        lambda route: route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html"),
    )
    page.goto(f"{evil}/")
    device_on(page, wang_fang)
    assert centre.post(f"{path}/options", origin=evil).json()["error"] == "origin"
    options = centre.post(f"{path}/options").json()["options"]
    signed = page.evaluate(ASK, {"options": options})
    told = centre.post(f"{path}/answer", {"credential": signed})
    assert (told.status_code, told.json()["error"]) == (403, "refused")
    page.goto(centre.origin + path)
    assert "Confirm that it is you" in page.title(), "the link itself still serves its customer"


def test_the_same_answer_again_is_refused(
    context: BrowserContext, centre: IdentityCentre, wang_fang: dict[str, Any]
) -> None:
    path = centre.link(WANG_FANG)
    page = context.new_page()
    page.goto(centre.origin + path)
    device_on(page, wang_fang)
    with page.expect_request("**/answer") as sent:
        page.get_by_role("button", name="Check my face or fingerprint").click()
    expect(page.get_by_role("status")).to_contain_text("it is you")
    body = json.loads(sent.value.post_data or "")
    assert centre.post(f"{path}/answer", body).status_code == 410
    fresh = centre.link(WANG_FANG)
    assert centre.post(f"{fresh}/answer", body).status_code == 403, "no challenge was given out"
    centre.post(f"{fresh}/options")
    assert centre.post(f"{fresh}/answer", body).status_code == 403, "another challenge was"


def test_the_passkey_of_another_customer_is_refused(
    context: BrowserContext, centre: IdentityCentre, wang_fang: dict[str, Any]
) -> None:
    page = context.new_page()
    register(page, centre, centre.link(SUN_LEI))
    page.close()
    path = centre.link(SUN_LEI)
    options = centre.post(f"{path}/options").json()["options"]
    hers = wang_fang["credentialId"].replace("+", "-").replace("/", "_").rstrip("=")
    assert hers not in json.dumps(options)
    page = context.new_page()
    page.goto(centre.origin + path)
    device_on(page, wang_fang)
    options["allowCredentials"] = [{"type": "public-key", "id": hers}]
    signed = page.evaluate(ASK, {"options": options})
    told = centre.post(f"{path}/answer", {"credential": signed})
    assert (told.status_code, told.json()["error"]) == (403, "refused")


def test_a_wrong_code_makes_no_passkey(context: BrowserContext, centre: IdentityCentre) -> None:
    page = context.new_page()
    path = centre.link(("880000100401", "1978-01-30", "0044"))
    page.goto(centre.url + path)
    assert centre.post(f"{path}/options").status_code == 403, "nothing before the code"
    page.get_by_role("button", name="Send me the code").click()
    expect(page.get_by_role("status")).to_contain_text("on its way")
    wrong = f"{(int(centre.code()) + 1) % 1_000_000:06}"
    page.get_by_label("Code from the SMS").fill(wrong)
    page.get_by_label("Code from the SMS").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    expect(page.get_by_role("button", name="Set up my passkey")).to_be_hidden()
    assert centre.post(f"{path}/options").status_code == 403


def test_a_link_that_is_none_says_so(new_page: Callable[[], Page], centre: IdentityCentre) -> None:
    answer = httpx.get(f"{centre.origin}/verify/{'x' * 43}")
    assert answer.status_code == 410
    assert "no longer valid" in answer.text
    assert httpx.get(f"{centre.origin}/verify/short").status_code == 422


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize(
    "size", [{"width": 1280, "height": 720}, {"width": 320, "height": 640}], ids=["desktop", "phone"]
)
def test_axe_finds_nothing_on_the_pages(
    browser: Browser, centre: IdentityCentre, look: Any, size: Any
) -> None:
    with browser.new_context(viewport=size, color_scheme=look, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(centre.url + centre.link(("880000100501", "1995-09-09", "0055")))
        assert _violations(page) == []
        page.get_by_role("button", name="Check the code").click()
        expect(page.get_by_role("alert")).not_to_be_empty()
        assert _violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate("show('make')")
        assert _violations(page) == []
        page.goto(f"{centre.origin}/verify/{'x' * 43}")
        assert _violations(page) == []


def test_the_page_works_from_the_keyboard(new_page: Callable[[], Page], centre: IdentityCentre) -> None:
    page = new_page()
    page.goto(centre.url + centre.link(("880000100601", "1969-05-17", "0066")))
    device_on(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send me the code")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code from the SMS")).to_be_focused()
    page.keyboard.type(centre.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2. Your face or fingerprint")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()


def _violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]
