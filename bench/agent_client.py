"""An agent at the agents' API, who is there and takes whatever is offered."""

import asyncio
from typing import Any

import aiohttp

LOOK_SECONDS = 0.5
"""Between two looks at the list, as a program does that polls the API."""


class AgentClient:
    """One agent."""

    def __init__(self, root: str, login: str, password: str) -> None:
        """`root` of the centre."""
        self._root = f"{root}/api/agent"
        self._login = login
        self._password = password

    async def work(self) -> None:
        """Log in, be there, accept."""
        async with aiohttp.ClientSession() as session:
            token = (
                await self._ask(
                    session, "POST", "/session", {"login": self._login, "password": self._password}
                )
            )["token"]
            session.headers["Authorization"] = f"Bearer {token}"
            await self._ask(session, "PUT", "/presence", {"available": True})
            while True:
                await self._ask(session, "POST", "/heartbeat")
                inbox = await self._ask(session, "GET", "/inbox")
                for offer in inbox["offers"]:
                    await self._ask(session, "POST", f"/offers/{offer['conversation_id']}/acceptance")
                await asyncio.sleep(LOOK_SECONDS)

    async def _ask(
        self, session: aiohttp.ClientSession, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Any:
        async with session.request(method, self._root + path, json=body) as response:
            if response.status >= 300:
                raise RuntimeError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json() if response.content_length else None
