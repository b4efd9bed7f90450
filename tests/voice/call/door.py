"""The way from the network to a centre that is there, or not."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice.testing.line import Answer, Fields, Line, Socket, Unreachable


@dataclass
class Door:
    """Shut: nobody answers."""

    line: Line
    shut: bool = False

    async def request(self, method: str, url: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        if self.shut:
            raise Unreachable("nobody is there")
        return await self.line.request(method, url, fields, headers)

    async def connect(self, url: str, headers: Mapping[str, str]) -> Socket:
        return await self.line.connect(url, headers)

    async def close(self) -> None:
        await self.line.close()
