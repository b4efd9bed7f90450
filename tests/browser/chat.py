"""The chat widget as a test uses it: by what a customer sees, never by its insides."""

from playwright.sync_api import Locator, Page, expect


class Chat:
    """One widget on one page."""

    def __init__(self, page: Page) -> None:
        """`page` has the widget on it."""
        self.page = page
        self.host = page.locator("contact-centre-chat")
        self.launcher = self.host.get_by_role("button", name="Chat with us")
        self.panel = self.host.get_by_role("dialog")
        self.box = self.host.get_by_role("textbox", name="Your message")
        self.log = self.host.get_by_role("log")
        self.person = self.host.locator(".person")
        self.notice = self.host.get_by_role("alert")
        self.banner = self.panel.get_by_role("status")
        self.messages = self.host.get_by_role("article")

    def open(self) -> None:
        """Open the panel and wait for the centre's welcome."""
        self.launcher.click()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the socket stands."""
        expect(self.host.locator("header")).not_to_contain_text("Connecting")

    def close(self) -> None:
        """Close the panel."""
        self.button("Close chat").click()
        expect(self.panel).to_be_hidden()

    def say(self, text: str) -> None:
        """Type a message and send it with Enter."""
        self.box.fill(text)
        self.box.press("Enter")

    def button(self, name: str) -> Locator:
        """The widget's button of that name."""
        return self.host.get_by_role("button", name=name, exact=True)

    def message(self, text: str) -> Locator:
        """The message that says exactly this."""
        return self.messages.filter(has=self.page.locator(".bubble").get_by_text(text, exact=True))

    def texts(self) -> list[str]:
        """What the bubbles say, from the top."""
        return self.host.locator("article .bubble > p:first-child").all_inner_texts()

    def expect_texts(self, *texts: str) -> None:
        """Wait until the bubbles say exactly this."""
        expect(self.host.locator("article .bubble > p:first-child")).to_have_text(list(texts))
