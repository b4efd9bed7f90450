"""What every page of the console has: bar, notices, keys, heartbeat, and a look at the records at every ring.

A page that was away reads everything again. Every act carries the session's token, so a revoked session ends
at its next breath.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nicegui import background_tasks, ui
from sqlalchemy.exc import OperationalError

from actions.servicing.states import NotPossible
from handoff.authorization import Principal
from handoff.casework import Pulse
from handoff.console.bar import Bar, help_sheet, preferences_sheet
from handoff.console.bells import Bells
from handoff.console.elements import OwnPhone, Sheet, Station, put
from handoff.console.notices import Notices
from handoff.desks import Desks
from handoff.inbox import Inbox
from handoff.refusals import NotLoggedIn, Refused, UnfitNumber
from records.activity import Activity
from records.clock import Clock
from records.ledger import StaleEpoch
from records.models import ConversationId
from records.ownership import ImpossibleChange
from records.signals import PEOPLE, Signals

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
REST_SECONDS = 0.1
"""Shortest time between two readings, however many bells ring."""

LOOKS_AT_ONCE = 2
LOOK_SECONDS = 3.0
"""Longest time between two readings: signs of typing fade without a bell."""

LONGEST_NUMBER = 100

_MOVED_ON = "This conversation has changed hands: nothing was sent. Your text is kept."
_NO_ANSWER = "The records did not answer in time: this did not happen. Please try once more."
_FASTER = "Somebody was faster: this conversation has moved on."


@dataclass(frozen=True, slots=True)
class Centre:
    """What the pages work on."""

    desks: Desks
    clock: Clock
    signals: Signals
    activity: Activity
    looks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LOOKS_AT_ONCE))
    """Pages that look round unasked take turns: acts and offers must not wait for them."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and around every page."""

    bar: Bar
    notices: Notices
    help: Sheet
    preferences: Sheet
    phone: OwnPhone
    station: Station

    def show(self, read: Inbox, pulse: Pulse, *, unread: int, news: str, elsewhere: bool = False) -> None:
        """What is on every page; `elsewhere` where the conversations are on another one."""
        self.bar.show(available=read.available, waiting=read.waiting_count)
        self.bar.show_work(to_decide=pulse.to_decide, unread=unread if elsewhere else None)
        news = " ".join(part for part in (news, self.notices.show(pulse)) if part)
        put(self.station, unread=unread)
        if news:
            put(self.station, bells=self.station.props["bells"] + 1, announcement=news)


def add_theme(login: str) -> None:
    """Light or dark as the agent chose, before anything is painted: a dark page never flashes white."""
    agent = escape(login, quote=True)
    ui.add_head_html(f'<script src="/console/assets/theme.js" data-agent="{agent}"></script>')


class Frame(ABC):
    """A page of one browser tab; its own part is filled in by who inherits."""

    def __init__(self, centre: Centre, principal: Principal, token: str) -> None:
        """For the agent who holds `token`; nothing is built yet."""
        self._centre = centre
        self._principal = principal
        self._token = token
        self._tasks: list[asyncio.Task[Any]] = []
        self._bells = Bells(centre.signals)
        self._reading = asyncio.Lock()
        self._client = ui.context.client
        self._client.on_connect(self._start)
        self._client.on_delete(self._stop)
        add_theme(principal.login)
        for name in ("console", "cases"):
            ui.add_head_html(f'<link rel="stylesheet" href="/console/assets/{name}.css">')

    @abstractmethod
    async def refresh(self) -> None:
        """Read what is on the page, and show what has changed.

        Raises:
            NotLoggedIn: the session is over.
        """

    async def glance(self) -> None:
        """Show what changes without a ring; most pages read everything again.

        Raises:
            NotLoggedIn: the session is over.
        """
        await self.refresh()

    @abstractmethod
    def complain(self, sentence: str) -> None:
        """Say why something did not happen."""

    def _topics(self) -> set[ConversationId]:
        return {PEOPLE}

    def _bar(self, here: str) -> tuple[Bar, Notices]:
        """Bar and notices, inside the element that is open now."""
        bar = Bar(
            self._principal,
            here,
            on_presence=lambda: self._command("presence"),
            on_preferences=lambda: self._command("preferences"),
            on_help=lambda: self._command("help"),
        )
        return bar, Notices()

    def _surroundings(self, bar: Bar, notices: Notices, title: str) -> Head:
        """Keys, help and settings, to be built last."""
        station = Station(
            title,
            self._principal.login,
            lambda event: self._command(str(event.args)),
            lambda event: self._see(event.args is True),
        )
        preferences, phone = preferences_sheet(
            self._principal.login, lambda event: self._attempt(self._keep_phone(str(event.args or "")))
        )
        self._head = Head(bar, notices, help_sheet(), preferences, phone, station)
        return self._head

    def _start(self) -> None:
        """The browser has connected, or connected again."""
        put(self._head.station, met=self._head.station.props["met"] + 1)
        if any(not task.done() for task in self._tasks):
            self._centre.signals.advanced(PEOPLE)
            return
        self._tasks = [
            background_tasks.create(self._follow(), name="console", context=self._client),
            background_tasks.create(self._beat(), name="console heartbeat", context=self._client),
        ]

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._bells.close()

    async def _follow(self) -> None:
        """Read at every ring of the queue or of a conversation in this agent's hands."""
        while await self._read():
            await asyncio.sleep(REST_SECONDS)
            while not await self._bells.rung(LOOK_SECONDS):
                if not await self._attempt(self._look_round()):
                    return

    async def _read(self) -> bool:
        """Show what is on the records now; False when the session is over.

        It answers every ring before it: what an act shows at once is not read again for the act's own ring.
        """
        async with self._reading:
            # What comes to be watched is watched before it is read, or a word could slip between.
            self._bells.watch(self._topics())
            self._bells.clear()
            alive = await self._attempt(self.refresh())
            self._watch_what_was_found()
            return alive

    def _watch_what_was_found(self) -> None:
        if self._bells.watch(self._topics()):
            self._bells.ring()

    async def _look_round(self) -> None:
        async with self._centre.looks:
            await self.glance()
        self._watch_what_was_found()

    async def _beat(self) -> None:
        while True:
            beating = self._client.has_socket_connection
            if beating and not await self._attempt(self._centre.desks.switchboard.heartbeat(self._token)):
                return
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _attempt(self, act: Awaitable[object]) -> bool:
        """Carry out an act and say what went wrong; False when the session is over."""
        try:
            await act
        except NotLoggedIn:
            ui.navigate.to("/login")
            return False
        except StaleEpoch:
            self.complain(_MOVED_ON)
        except ImpossibleChange:
            self.complain(_FASTER)
        except NotPossible as problem:
            self.complain(problem.message)
        except Refused as refusal:
            self.complain(refusal.words)
        except OperationalError:
            # A page that stopped looking would seem quiet; this one says so, and looks again.
            log.exception("the records did not answer a console")
            self.complain(_NO_ANSWER)
        return True

    async def _act(self, act: Awaitable[object]) -> None:
        """Carry out an act and show its result at once instead of at the next bell."""
        if await self._attempt(act):
            await self._read()

    async def _command(self, command: str) -> None:
        """What a key or a button asks for on every page; other keys are let be."""
        match command:
            case "presence":
                await self._act(self._switch_presence())
            case "help":
                put(self._head.help, open=True)
            case "preferences":
                await self._attempt(self._show_preferences())

    async def _switch_presence(self) -> None:
        switchboard = self._centre.desks.switchboard
        available = (await switchboard.read_inbox(self._token)).available
        await switchboard.set_available(self._token, not available)

    async def _show_preferences(self) -> None:
        self._head.phone.show(await self._centre.desks.switchboard.read_phone(self._token))
        put(self._head.preferences, open=True)

    async def _keep_phone(self, typed: str) -> None:
        """Keep the number; what is wrong is said in the dialog, which covers the rest of the page."""
        try:
            kept = await self._centre.desks.switchboard.set_phone(self._token, typed[:LONGEST_NUMBER])
        except UnfitNumber as refusal:
            self._head.phone.refuse(refusal.words)
        except OperationalError:
            log.exception("the records did not keep a telephone number")
            self._head.phone.refuse(_NO_ANSWER)
        else:
            said = f"Saved: calls come to {kept}." if kept else "Saved: you get no calls."
            self._head.phone.show(kept, said)

    async def _see(self, _visible: bool) -> None:
        """The tab has come to the front, or gone behind."""
        await self._read()
