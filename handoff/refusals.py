"""What people's floor refuses, each with a code for machines and a sentence for the agent.

A refusal changes nothing: it is raised before the first write, or rolls its transaction back.
"""


class Refused(Exception):
    """Root of the family."""

    code = "refused"
    retryable = False
    words = "That is not possible now."

    def __str__(self) -> str:
        """The sentence an agent reads."""
        return self.words


class Forbidden(Refused):
    """The role, or the ownership of the conversation, does not allow it."""

    code = "forbidden"
    words = "This conversation is not with you, or not any more."


class NotLoggedIn(Refused):
    """The session is unknown, over or revoked."""

    code = "not_logged_in"
    words = "Your session is over. Please log in again."


class OfferGone(Refused):
    """The offer lapsed, or went to somebody else."""

    code = "offer_gone"
    words = "This offer is no longer yours: it ran out or was taken back."


class NotHeld(Refused):
    """No person holds the conversation now."""

    code = "not_held"
    words = "This conversation is not with you any more."


class UnfitText(Refused):
    """Empty, or longer than a message may be."""

    code = "unfit_text"
    words = "A message has between 1 and 4,000 characters."


class UnknownDisposition(Refused):
    """The disposition is not in the list."""

    code = "unknown_disposition"
    words = "Choose how the conversation ended."


class AlreadyReviewed(Refused):
    """Another reviewer has decided on this turn."""

    code = "already_reviewed"
    words = "Somebody was faster: this one is decided already."


class UnknownLabel(Refused):
    """The label is no intent."""

    code = "unknown_label"
    words = "Choose one of the services in the list."


class UnknownLogin(Refused):
    """No agent has this login; said on the command line only, never to a browser."""

    code = "unknown_login"
    words = "There is no such agent."


class ReasonMissing(Refused):
    """A refusal without its reason, or a question without what is asked."""

    code = "reason_missing"
    words = "Write it down for the customer, in up to 500 characters."


class UnknownCase(Refused):
    """No such request, claim or paper, or none that this agent may see."""

    code = "unknown_case"
    words = "There is no such case."


class CodeNeeded(Refused):
    """The password is right, and the account has a second factor."""

    code = "code_needed"
    words = "Please add the code that your app shows now, or one of your recovery codes."


class WrongCode(Refused):
    """The code is not the one of this moment, or was used before."""

    code = "wrong_code"
    words = "This code is not right, or was used before. Wait for the next one."


class OwnRole(Refused):
    """Nobody makes themselves more, or less, than they are."""

    code = "own_role"
    words = "Another supervisor must change your role."


class NobodyThere(Refused):
    """The person asked for is not on duty."""

    code = "nobody_there"
    words = "This colleague is not on duty, or is yourself."


class NotWaiting(Refused):
    """The conversation is not in the queue."""

    code = "not_waiting"
    words = "This conversation is not waiting any more."


class UnknownSkill(Refused):
    """Nobody could take a transfer as it was asked for."""

    code = "unknown_skill"
    words = "Choose one colleague, or one skill that somebody else on duty has."


class UnknownInstruction(Refused):
    """The assistant has no such service."""

    code = "unknown_instruction"
    words = "Choose a service that the assistant knows."


class FarOff(Refused):
    """The time of a call lies behind, or too far ahead."""

    code = "far_off"
    words = "Choose a time within the next 30 days."


class UnfitSearch(Refused):
    """Too short to find anybody, or too long."""

    code = "unfit_search"
    words = "Search for at least three characters."


class NoTelephone(Refused):
    """A caller is on the line, and the agent has no number to be put through to."""

    code = "no_telephone"
    words = "This is a call, and there is no telephone number of yours on file. Please let it go."


class UnfitNumber(Refused):
    """No telephone number."""

    code = "unfit_number"
    words = "Please give the telephone number with its country code, for example +86 138 0013 8000."


class NotLetIn(Refused):
    """Wrong, unknown and locked look the same."""

    code = "not_let_in"
    words = "Login or password is not right, or there were too many tries."


class PasswordsOff(Refused):
    """Agents log in at the provider of the house only."""

    code = "passwords_off"
    words = "Passwords are switched off here: log in at the console, with single sign-on."


class NothingKnown(Refused):
    """The conversation was never given to people, or the customer is not known."""

    code = "nothing_known"
    words = "Nothing is known here: it was never handed over, or the customer is not known."
