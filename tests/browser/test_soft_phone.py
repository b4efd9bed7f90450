"""The soft-phone of the demo page, in a browser, before a centre that plays and listens."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.phone_app import PhoneApp
from tests.browser.test_widget_access import violations
from tests.voice.testing.centre import Socket
from voice.testing import mulaw

FAKE_MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def tone(seconds: float) -> bytes:
    times = np.arange(round(seconds * 8000)) / 8000
    return mulaw.encode((8000 * np.sin(2 * np.pi * 300 * times)).astype(np.int16))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ARGUMENTS + FAKE_MICROPHONE + ["--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[PhoneApp]:
    app = PhoneApp(tmp_path)
    app.start()
    yield app
    app.stop()


@pytest.fixture
def page(new_page: Callable[[], Page], served: PhoneApp) -> Page:
    # The chat has no centre here; what its socket misses is not this test's matter.
    page = new_page()
    page.route("**/widget.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(served.url)
    return page


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def loud_sound(served: PhoneApp) -> bytes:
    """What the centre heard, silence left out."""
    payloads = (base64.b64decode(frame["media"]["payload"]) for frame in served.centre.heard("media"))
    return b"".join(payload for payload in payloads if mulaw.is_loud(payload))


def test_a_call_from_ringing_to_hanging_up(page: Page, served: PhoneApp) -> None:
    status = page.get_by_role("status").filter(has_text="call").first
    expect(status).to_have_text("Ready to call.")
    button(page, "Call").click()
    expect(page.locator(".phone-status")).to_have_text("Connected: the assistant is on the line.")
    button(page, "Key 1").click()
    page.keyboard.press("#")
    served.wait_until(lambda: len(served.centre.heard("dtmf")) == 2)
    button(page, "Hang up").click()
    expect(page.locator(".phone-status")).to_have_text("The call has ended.")
    expect(button(page, "Call")).to_be_focused()
    assert [message["dtmf"]["digit"] for message in served.centre.heard("dtmf")] == ["1", "#"]
    assert served.centre.heard("stop")
    assert served.centre.forged == []
    assert served.centre.fields("/voice/status")[-1]["CallStatus"] == "completed"


def test_what_the_bot_says_reaches_the_ear(page: Page, served: PhoneApp) -> None:
    async def talk(line: Socket) -> None:
        await line.next("start")
        await line.play(tone(0.5))
        await line.mark("heard")
        await line.next("mark")

    served.centre.talks = talk
    page.evaluate(
        "() => { const post = MessagePort.prototype.postMessage; window.heard = 0;"
        "MessagePort.prototype.postMessage = function (data, ...rest) {"
        "  window.heard += data?.byteLength ?? 0; return post.call(this, data, ...rest); } }"
    )
    button(page, "Call").click()
    expect(page.locator(".phone-status")).to_have_text("The call has ended.")
    assert page.evaluate("window.heard") == 4000


def test_the_microphone_is_heard_at_the_centre(page: Page, served: PhoneApp) -> None:
    button(page, "Call").click()
    expect(page.locator(".phone-status")).to_contain_text("assistant")
    button(page, "Use microphone").click()
    expect(button(page, "Use microphone")).to_have_attribute("aria-pressed", "true")
    # The fake device beeps once a second.
    served.wait_until(lambda: len(loud_sound(served)) > 800)
    button(page, "Hang up").click()
    expect(button(page, "Use microphone")).to_have_attribute("aria-pressed", "false")


def test_a_typed_line_is_spoken_for_the_visitor(page: Page, served: PhoneApp) -> None:
    button(page, "Call").click()
    line = page.get_by_label("No microphone? Type, and it is spoken for you")
    expect(line).to_be_enabled()
    line.fill("Is my policy in force <b>now</b>?")
    line.press("Enter")
    expect(page.locator(".phone-heard")).to_have_text("You: Is my policy in force <b>now</b>?")
    line.fill("1 is typed, not pressed")
    button(page, "Hang up").click()
    expect(page.locator(".phone-status")).to_have_text("The call has ended.")
    assert served.centre.heard("dtmf") == []


def test_keyboard_alone_is_enough(page: Page, served: PhoneApp) -> None:
    button(page, "Call").focus()
    page.keyboard.press("Enter")
    expect(button(page, "Hang up")).to_be_focused()
    page.keyboard.press("5")
    expect(page.locator(".phone-status")).to_contain_text("assistant")
    page.keyboard.press("Enter")
    expect(page.locator(".phone-status")).to_have_text("The call has ended.")


def test_a_broken_line_says_so(page: Page, served: PhoneApp) -> None:
    page.route_web_socket("**/demo/phone/ws", lambda line: line.on_message(lambda _: line.close()))
    button(page, "Call").click()
    expect(page.locator(".phone-status")).to_contain_text("broken")
    expect(button(page, "Call")).to_be_enabled()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_on_the_phone(browser: Browser, served: PhoneApp, look: Any) -> None:
    with browser.new_context(color_scheme=look, reduced_motion="reduce") as context:
        page = context.new_page()
        page.route("**/widget.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.goto(served.url)
        expect(button(page, "Call")).to_be_visible()
        assert violations(page) == []
        button(page, "Call").click()
        expect(page.locator(".phone-status")).to_contain_text("assistant")
        assert violations(page) == []
        button(page, "Hang up").click()


def test_only_our_own_page_on_this_machine_may_call(served: PhoneApp) -> None:
    address = f"ws://127.0.0.1:{served.port}/demo/phone/ws"
    for origin, more in (
        (None, {}),
        ("https://evil.example", {}),
        (served.url, {"X-Forwarded-For": "10.0.0.1"}),
        ("http://evil.example", {"Host": "evil.example"}),
    ):
        headers = {**({"Origin": origin} if origin else {}), **more}
        with pytest.raises(InvalidStatus), connect(address, additional_headers=headers):
            pass
    with connect(address, additional_headers={"Origin": served.url}) as line:
        line.send('{"type":"say","text":""}')
        with pytest.raises(ConnectionClosed, match="1008"):
            line.recv()


def test_the_rest_interface_is_for_this_machine_and_the_account(served: PhoneApp) -> None:
    calls = f"{served.url}/demo/twilio/2010-04-01/Accounts/AC{'0' * 32}/Calls.json"
    assert httpx.post(calls, data={}).status_code == 401
    assert httpx.post(calls, data={}, headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 404


def test_without_a_demonstration_there_is_no_soft_phone(tmp_path: Path) -> None:
    app = PhoneApp(tmp_path, demo=False)
    app.start()
    try:
        assert "phone.js" not in httpx.get(app.url).text
        with (
            pytest.raises(InvalidStatus),
            connect(f"ws://127.0.0.1:{app.port}/demo/phone/ws", additional_headers={"Origin": app.url}),
        ):
            pass
    finally:
        app.stop()
