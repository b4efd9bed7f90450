"""Why a log-in by the provider came to nothing: a sentence for the agent, and a reason for the log.

Neither ever holds a token, a code, or anything else that the provider sent.
"""


class SignOnFailed(Exception):
    """Root of the family. Its words name the provider as `{name}`."""

    code = "sign_on_failed"
    status = 403
    retryable = False
    words = "The log-in with {name} did not work."

    def __init__(self, why: str) -> None:
        """`why` is for the log."""
        super().__init__(why)


class NotBegunHere(SignOnFailed):
    """The browser brings no living attempt, or another one's answer."""

    code = "not_begun_here"
    status = 400
    retryable = True
    words = (
        "This log-in was not begun in this browser, took too long, or was used already. Please begin again."
    )


class TurnedAway(SignOnFailed):
    """The provider said no, to the agent or to us."""

    code = "turned_away"
    retryable = True
    words = "{name} did not let you in. Please try again, or ask whoever looks after your account there."


class NoAnswer(SignOnFailed):
    """The provider is out of reach, too slow, or out of order."""

    code = "no_answer"
    status = 503
    retryable = True
    words = "{name} does not answer. Please try again in a minute."


class Untrusted(SignOnFailed):
    """What the provider answered does not hold."""

    code = "untrusted"
    words = "What {name} answered could not be trusted, so you were not let in. Please tell an administrator."


class NobodyHere(SignOnFailed):
    """The provider knows them, and no agent has that login."""

    code = "nobody_here"
    words = "{name} knows you, but this centre has no account for you. An administrator can make one."


class TooFast(SignOnFailed):
    """Too many attempts from one network."""

    code = "rate_limited"
    status = 429
    retryable = True
    words = "There were too many tries. Please wait a minute."
