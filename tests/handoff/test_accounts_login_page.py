"""The log-in page with a second factor: the password first, then both together."""

import httpx
import pyotp
from fastapi import FastAPI

from handoff import second_factor
from handoff.access import COOKIE
from handoff.authorization import Principal
from handoff.console import login
from handoff.switchboard import Switchboard
from records.models import AgentId, Role
from records.signals import Signals
from tests.handoff.conftest import AMY, Floor


async def test_the_code_is_asked_for_after_the_password(floor: Floor) -> None:
    amy = Principal(AgentId(floor.staff(AMY)["amy"]), "amy", "Amy Gao", Role.AGENT)
    with floor.store.writing() as session:
        app = pyotp.TOTP(second_factor.begin(session, amy, floor.clock.now()).secret)
        second_factor.confirm(session, amy, app.at(floor.clock.now()), floor.clock.now())
    floor.clock.advance(seconds=30)
    site = FastAPI()
    site.include_router(login.router(Switchboard(floor.store, floor.clock, Signals())))
    form = {"login": "amy", "password": floor.passwords["amy"]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://centre") as browser:
        assert 'name="code"' not in (await browser.get("/console/login")).text
        wrong = await browser.post("/console/login", data=form | {"password": "wrong"})
        assert wrong.status_code == 403 and 'name="code"' not in wrong.text
        asked = await browser.post("/console/login", data=form)
        assert asked.status_code == 403 and 'autocomplete="one-time-code"' in asked.text
        assert COOKIE not in asked.cookies and form["password"] not in asked.text
        guessed = await browser.post("/console/login", data=form | {"code": "00000x"})
        assert guessed.status_code == 403 and 'name="code"' in guessed.text
        let_in = await browser.post("/console/login", data=form | {"code": app.at(floor.clock.now())})
        assert let_in.status_code == 303 and let_in.cookies[COOKIE]
