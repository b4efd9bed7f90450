"""Ordering: a supervisor keeps a waiting conversation for somebody, or moves it, with a reason."""

from handoff.console import asking
from handoff.console.asking import Question, Values
from handoff.console.hands import Hands
from handoff.console.stance import Stance
from handoff.inbox import Talk
from handoff.precedence import REASON_LENGTH

_EVERYBODY = "*"


class Ordering:
    """Acts on what waits."""

    def __init__(self, hands: Hands) -> None:
        """For the supervisor of one page."""
        self._hands = hands

    async def command(self, name: str) -> bool:
        """Ask what belongs to a command; False where it is none of these, or does not fit."""
        talk, stance = self._hands.screen.talk, self._hands.screen.stance
        if talk is None or stance is not Stance.STEERS:
            return False
        match name:
            case "pin":
                await self._hands.act(self._ask_for_whom(talk))
            case "reorder":
                self._ask_for_place(talk)
            case _:
                return False
        return True

    async def _ask_for_whom(self, talk: Talk) -> None:
        colleagues = await self._hands.centre.desks.passing.colleagues(self._hands.token)
        me = self._hands.principal
        options = [
            {"value": me.login, "words": f"{me.name} (you)"},
            *({"value": one.login, "words": one.name} for one in colleagues),
            {"value": _EVERYBODY, "words": "Everybody again"},
        ]
        fields = (
            asking.choice("login", "Keep it for", options),
            asking.area("reason", "Reason", REASON_LENGTH, required=True),
        )

        async def pin(values: Values) -> None:
            login = values.get("login", "")
            await self._hands.act(
                self._hands.centre.desks.steering.pin(
                    self._hands.token, talk.conversation_id, None if login == _EVERYBODY else login,
                    values.get("reason", ""),
                )
            )  # fmt: skip

        hint = "Nobody else is asked while they are on duty. The reason is on the audit."
        question = Question(f"Pin: {talk.title}", fields, "Pin", hint)
        self._hands.asking.ask(question, self._hands.centre.clock.now(), pin)

    def _ask_for_place(self, talk: Talk) -> None:
        read = self._hands.screen.read
        waiting = read.waiting_count if read else 1
        fields = (
            asking.number("place", "Place in the line", 1, max(1, waiting)),
            asking.area("reason", "Reason", REASON_LENGTH, required=True),
        )

        async def reorder(values: Values) -> None:
            place = values.get("place", "")
            await self._hands.act(
                self._hands.centre.desks.steering.reorder(
                    self._hands.token, talk.conversation_id, int(place) if place.isdecimal() else 1,
                    values.get("reason", ""),
                )
            )  # fmt: skip

        hint = "The customers behind wait longer. The reason is on the audit."
        question = Question(f"Reorder: {talk.title}", fields, "Reorder", hint)
        self._hands.asking.ask(question, self._hands.centre.clock.now(), reorder)
