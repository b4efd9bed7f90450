"""The first words of a stream: a greeting, or where a caller who comes back finds themselves.

Only puts words in their order; what was not heard before the stream broke comes by way of the ledger anyhow.
"""

from records.models import Leaving
from voice.call import prompts
from voice.call.dialogue import Dialogue, Standing
from voice.call.talk import WITH_PEOPLE, Talk


async def begin(standing: Standing, dialogue: Dialogue, talk: Talk, *, recorded: bool) -> bool:
    """Have the first words said; whether the caller is back at a question.

    `recorded`: a new caller is told that the call will be.
    """
    if standing.owner in WITH_PEOPLE:
        talk.leaving = Leaving.PEOPLE
        talk.aside(prompts.PUT_THROUGH, firm=True)
        return False
    if standing.is_new:
        notice = f"{prompts.GREETING} {prompts.RECORDED}" if recorded else prompts.GREETING
        await dialogue.greet(notice, notice=True)
        await dialogue.greet(prompts.HOW_CAN_I_HELP, notice=False)
        return False
    return await _come_back(standing, dialogue, talk)


async def _come_back(standing: Standing, dialogue: Dialogue, talk: Talk) -> bool:
    """The caller is here again, after a broken stream or from people."""
    last = await dialogue.last_said()
    if not standing.was_cut_off:
        await dialogue.greet(prompts.ANYTHING_ELSE, notice=False)
        return False
    if last is None:
        await dialogue.greet(prompts.HOW_CAN_I_HELP, notice=False)
        return False
    talk.aside(prompts.CUT_OFF)
    entry, is_heard = last
    if is_heard:
        talk.news([entry])
    return True
