"""The question "which policy?": never asked when only one can be meant, always within the customer's own.

A policy of somebody else is answered like one that does not exist.
"""

from collections.abc import Callable

from actions.forms.service import Facts, Field, PolicyBrief
from actions.normalise import Choice, Misread, Option, read_choice, read_policy_number, words

NOT_YOURS = "not_yours"
_OTHER = ("other policy", "other one", "another policy", "my other", "second policy")
_COMMON = frozenset("harbour policy insurance plan contract my the".split())


def policy_field(
    *, among: Callable[[PolicyBrief], bool] = lambda _policy: True, early: bool = False
) -> Field:
    """The field "policy".

    `among` leaves out policies that cannot be meant; `early` asks before a strong proof of identity.
    """

    def offered(facts: Facts) -> tuple[PolicyBrief, ...]:
        return tuple(policy for policy in facts.policies if among(policy)) or facts.policies

    def choices(facts: Facts) -> tuple[Choice, ...]:
        return tuple(
            Choice(policy.number, policy.title, (*_names(policy, offered(facts)), policy.number[-4:]))
            for policy in offered(facts)
        )

    def read(text: str, facts: Facts) -> str:
        named = _numbered(text, facts)
        return named if named is not None else read_choice(text, choices(facts))

    def scan(text: str, facts: Facts) -> str | None:
        if not facts.policies:
            return None
        named = _numbered(text, facts)
        if named is not None:
            return named
        said = f" {' '.join(words(text))} "
        meant = [
            choice.value for choice in choices(facts) if any(f" {name} " in said for name in choice.synonyms)
        ]
        if len(meant) == 1:
            return meant[0]
        others = [policy.number for policy in offered(facts) if policy.number != facts.policy_number]
        if len(others) == 1 and facts.policy_number and any(f" {phrase} " in said for phrase in _OTHER):
            return others[0]
        return None

    def known(facts: Facts) -> str | None:
        numbers = [policy.number for policy in offered(facts)]
        if facts.policy_number in numbers:
            return facts.policy_number
        return numbers[0] if len(numbers) == 1 else None

    def show(value: str, facts: Facts) -> str:
        return next((policy.title for policy in facts.policies if policy.number == value), value)

    return Field(
        name="policy",
        title="policy",
        prompt="Which policy do you mean?",
        read=read,
        help="You can press one of these, or give the policy number.",
        why="You have more than one policy with us.",
        choices=choices,
        aliases=("policy number", "contract"),
        entities=("policy_number",),
        scan=scan,
        known=known,
        show=show,
        early=early,
    )


def _numbered(text: str, facts: Facts) -> str | None:
    if sum(character.isdigit() for character in text) < 12:
        return None
    try:
        number = read_policy_number(text)
    except Misread:
        return None
    if all(policy.number != number for policy in facts.policies):
        raise Misread(
            NOT_YOURS,
            "I can't find that among your policies.",
            tuple(Option(policy.number, policy.title) for policy in facts.policies),
        )
    return number


def _names(policy: PolicyBrief, among: tuple[PolicyBrief, ...]) -> tuple[str, ...]:
    """Words of the product's name that no other offered policy shares."""
    product = [word for word in words(policy.product) if word not in _COMMON]
    shared = {word for other in among if other.number != policy.number for word in words(other.product)}
    own = [word for word in product if word not in shared and not word.isdigit() and len(word) > 2]
    kind = policy.kind.replace("_", " ")
    kinds = [other.kind for other in among]
    return tuple(dict.fromkeys([" ".join(product), *([kind] if kinds.count(policy.kind) == 1 else []), *own]))
