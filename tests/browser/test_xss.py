"""What customers, the bot and files bring is text in the console: a corpus in every field, in a browser."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Dialog, Page, expect

from handoff.reasons import Reason
from handoff.sources import local_date
from records.models import Customer
from tests.browser.console_agent import be_available, log_in
from tests.browser.console_center import ConsoleCenter
from tests.handoff import cases

NewPage = Callable[[], Page]

CORPUS = (
    "<script>top.hacked=1</script>",
    "<ScRiPt>top.hacked=1</sCrIpT>",
    "</script><script>top.hacked=1</script>",
    "</textarea></title></style><img src=x onerror=top.hacked=1>",
    "<img src=x onerror=top.hacked=1>",
    "<img src=x onerror='top.hacked=1'//",
    '<img """><img src=x onerror=top.hacked=1>">',
    "<IMG SRC=/nothing OnErRoR=top.hacked=1>",
    "<img src=x onerror=&#116;op.hacked&#61;1>",
    "<svg onload=top.hacked=1>",
    "<svg/onload=top.hacked=1>",
    "<svg><script>top.hacked=1</script></svg>",
    "<svg><animate onbegin=top.hacked=1 attributeName=x dur=1s>",
    "<math><mi><img src=x onerror=top.hacked=1></mi></math>",
    "<details open ontoggle=top.hacked=1>more</details>",
    "<video><source onerror=top.hacked=1></video>",
    "<audio src=x onerror=top.hacked=1></audio>",
    "<input autofocus onfocus=top.hacked=1>",
    "<body onload=top.hacked=1>",
    "<iframe srcdoc='<script>top.hacked=1</script>'></iframe>",
    "<iframe src='javascript:top.hacked=1'></iframe>",
    "<object data='javascript:top.hacked=1'></object>",
    "<style>@keyframes k{}p{animation:k}</style><p onanimationstart=top.hacked=1>x</p>",
    "<a href='javascript:top.hacked=1' autofocus onfocus=top.hacked=1 tabindex=0>press</a>",
    "<form><button formaction='javascript:top.hacked=1' autofocus onfocus=top.hacked=1>go</button></form>",
    "javascript:top.hacked=1",
    "' autofocus onfocus='top.hacked=1' x='",
    '" autofocus onfocus="top.hacked=1" x="',
    "{{constructor.constructor('top.hacked=1')()}}",
    "${top.hacked=1}`-top.hacked-`",
    "&lt;img src=x onerror=top.hacked=1&gt;",
    "\\u003cimg src=x onerror=top.hacked=1\\u003e",
    "<noscript><p title='</noscript><img src=x onerror=top.hacked=1>'>",
    '[press](javascript:top.hacked=1) ![x](x"onerror="top.hacked=1)',
)


class Guard:
    """Whatever ran or was blocked on a page, also over several loads."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.dialogs: list[str] = []
        self.violations: list[str] = []
        page.on("dialog", self._dialog)

    def check(self) -> None:
        """Nothing of the corpus ran here, and nothing had to be blocked."""
        assert self.page.evaluate("window.hacked") is None, self.page.url
        # Counted by every page of the browser tests.
        self.violations += self.page.evaluate("window.violations")

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


class Seeded:
    """Records with one payload in every field."""

    def __init__(self, people: ConsoleCenter, payload: str) -> None:
        self.payload = payload
        customer = people.customer(payload, email=payload, address=payload)
        self.conversation = people.hand_over(
            payload,
            payload,
            reason=Reason.CALLBACK,
            customer_id=customer,
            assurance=3,
            bot=payload,
            form={"values": {"amount": payload}, "missing": ["account"], "failed": ["account"]},
            context={
                "page_title": payload,
                "page_url": f"https://example.com/?q={payload}",
                "referrer": payload,
                "user_agent": payload,
                "language": "en",
            },
        )
        now = people.clock.now()
        with people.store.writing() as session:
            session.get_one(Customer, customer).name = payload
            policy = cases.policy(session, customer, now, number=f"76{customer:010}")
            self.receipt = cases.request(
                session, self.conversation, customer, policy, now, "LN",
                {"amount": "20000", "loss": "0", "account": cases.ACCOUNT, "because": [payload],
                 "next": payload, "flags": [payload], payload: payload},
                values={"policy": payload, "amount": payload},
            )  # fmt: skip
            self.claim = cases.claim(
                session, self.conversation, policy, now, payload, number=f"CX{customer:07}",
                insured_name=payload, description=payload, hospital=payload, illness=payload,
                place=payload, reporter=payload, contact_phone=payload,
            ).number  # fmt: skip
            for more in ({}, {"receipt": self.receipt}):
                cases.paper(
                    session, self.conversation, now, title=payload, file=f"{customer}{len(more)}.pdf", **more
                )
            visit = cases.visit(session, policy, local_date(now) - timedelta(days=1))
            cases.ticket(session, visit, payload, now)


@pytest.fixture(scope="module")
def seeded(console_server: ConsoleCenter) -> list[Seeded]:
    return [Seeded(console_server, payload) for payload in CORPUS]


def test_the_corpus_bites_where_nothing_guards(new_page: NewPage) -> None:
    """Without this the other tests could not fail."""
    page = new_page()
    ran = 0
    for payload in CORPUS:
        page.goto("about:blank")
        page.set_content(f"<div>{payload}</div>")
        page.wait_for_load_state()
        ran += page.evaluate("new Promise(done => setTimeout(() => done(window.hacked ? 1 : 0), 60))")
    assert ran >= 18


def test_the_corpus_is_text_on_every_page_of_the_console(
    people: ConsoleCenter, seeded: list[Seeded], new_page: NewPage
) -> None:
    page = new_page()
    guard = Guard(page)
    log_in(page, people, "dora")
    guard.check()
    for one in seeded:
        page.goto(f"{people.url}/console/?chat={quote(one.conversation)}")
        transcript = page.get_by_role("log", name="Transcript")
        expect(transcript.get_by_text(one.payload, exact=True).first).to_be_visible()
        side = page.get_by_role("region", name="Handoff and customer")
        expect(side.get_by_text(one.payload, exact=True).first).to_be_visible()
        guard.check()
    page.goto(f"{people.url}/console/decisions")
    work = page.get_by_role("region", name="Work that waits")
    for one in seeded:
        for number in (one.receipt, one.claim):
            work.get_by_role("button", name=number).click()
            case = page.get_by_role("article", name=number)
            expect(case.get_by_text(one.payload).first).to_be_visible()
            guard.check()
    page.goto(f"{people.url}/console/cases")
    tickets = page.get_by_role("region", name="Problem tickets")
    for one in seeded:
        expect(tickets.get_by_text(one.payload).first).to_be_attached()
    guard.check()
    assert guard.dialogs == [] and guard.violations == []


def test_an_offer_and_what_an_agent_types_are_text(people: ConsoleCenter, new_page: NewPage) -> None:
    page = new_page()
    guard = Guard(page)
    log_in(page, people)
    be_available(page)
    one = Seeded(people, CORPUS[4])
    page.get_by_role("button", name=f"Accept {one.payload}").click()
    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_be_enabled()
    transcript = page.get_by_role("log", name="Transcript")
    for payload in CORPUS:
        reply.fill(payload)
        reply.press("Enter")
        expect(transcript.get_by_text(payload, exact=True).last).to_be_visible()
        expect(reply).to_have_value("")
    for payload in CORPUS:
        people.customer_writes(one.conversation, payload)
    expect(transcript.get_by_text(CORPUS[-1], exact=True).last).to_be_visible()
    guard.check()
    assert guard.dialogs == [] and guard.violations == []
