"""Asks the engine why a sentence was understood as it was; shows nothing where the engine is away.

Never sends anything but the masked sentence that the reviewer sees.
"""

from dataclasses import dataclass
from typing import Any

import aiohttp

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the model in service thinks of a sentence."""

    ranking: tuple[tuple[str, float], ...] = ()
    words: tuple[tuple[str, float], ...] = ()
    """Words, and by how much the confidence falls without each."""
    neighbours: tuple[tuple[str, str, float], ...] = ()
    """Nearest training lines: text, intent, nearness."""


class Explainer:
    """The engine, as far as reviewers need it."""

    def __init__(self, url: str, token: str) -> None:
        """Take the engine's address and the token it wants."""
        self._url = f"{url}/model/explain"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def explain(self, text: str) -> Explanation | None:
        """Explain a sentence; None when the engine does not answer."""
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, json={"text": text}, headers=self._headers) as response,
            ):
                if response.status != 200:
                    return None
                return _explanation(await response.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError):
            return None


def _explanation(told: Any) -> Explanation:
    return Explanation(
        tuple((str(name), float(share)) for name, share in told["ranking"]),
        tuple((str(word), float(share)) for word, share in told["words"]),
        tuple((str(text), str(intent), float(near)) for text, intent, near in told["neighbours"]),
    )
