"""The field of a transaction that picks one of a few things.

What is on file is never asked again where it decides nothing; the rest is one question with buttons.
"""

from collections.abc import Callable, Sequence

from actions.forms.service import Answers, Facts, Field, always
from actions.normalise import Choice, Misread, read_choice
from actions.servicing.position import Case


def choice_field(
    name: str,
    title: str,
    prompt: str | Callable[[Case], str],
    choices: Sequence[Choice],
    *,
    why: str,
    refuse: Callable[[str, Case], None] = lambda _value, _case: None,
    when: Callable[[Answers], bool] = always,
    early: bool = False,
    aliases: tuple[str, ...] = (),
    scanned: bool = True,
) -> Field:
    """A field with these choices; `refuse` raises `Misread` where one does not fit the case."""
    offered = tuple(choices)
    titles = {choice.value: choice.title for choice in offered}

    def scan(text: str, _facts: Facts) -> str | None:
        try:
            return read_choice(text, offered)
        except Misread:
            return None

    return Field(
        name=name,
        title=title,
        prompt=prompt if isinstance(prompt, str) else lambda answers, facts: prompt(Case(answers, facts)),
        read=lambda text, _facts: read_choice(text, offered),
        check=lambda value, answers, facts: refuse(value, Case(answers, facts)),
        help="You can press one of these, or say it in your own words.",
        why=why,
        choices=lambda _facts: offered,
        aliases=aliases,
        scan=scan if scanned else None,
        when=when,
        early=early,
        show=lambda value, _facts: titles.get(str(value), str(value)),
    )
