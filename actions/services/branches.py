"""Finding an office: by city or province, with its hours. Nothing personal is needed or shown."""

import difflib

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Misread, words
from actions.services.catalogue import CATALOGUE
from records.models import Branch

SHOWN = 3
_IN_PLACE = (
    select(Branch.name, Branch.address, Branch.hours, Branch.phone)
    .where(or_(Branch.city == bindparam("place"), Branch.province == bindparam("place")))
    .order_by(Branch.city != bindparam("place"), Branch.name)
    .limit(SHOWN)
)


class Places:
    """Cities and provinces with a branch; read once, since offices move rarely."""

    def __init__(self) -> None:
        """Know no place yet."""
        self.names: tuple[str, ...] = ()

    def load(self, session: Session) -> None:
        """Read all places."""
        rows = session.execute(select(Branch.city, Branch.province)).all()
        self.names = tuple(sorted({name for row in rows for name in row if name}))

    def mentioned(self, text: str) -> str | None:
        """The first place named in a text."""
        said = f" {' '.join(words(text))} "
        hits = [(said.find(f" {' '.join(words(name))} "), name) for name in self.names]
        found = sorted(hit for hit in hits if hit[0] >= 0)
        return found[0][1] if found else None

    def closest(self, text: str) -> str | None:
        """The place most like the text, for what was misspelt."""
        by_key = {name.casefold(): name for name in self.names}
        for word in (text.casefold(), *words(text)):
            near = difflib.get_close_matches(word, by_key, n=1, cutoff=0.75)
            if near:
                return by_key[near[0]]
        return None


PLACES = Places()


def _read_place(text: str, _facts: Facts) -> str:
    place = PLACES.mentioned(text) or PLACES.closest(text)
    if place is None:
        known = ", ".join(PLACES.names[:12])
        raise Misread("no_branch_there", f"I know no branch there. We are in: {known}.")
    return place


def find_branch(session: Session, _context: Context, answers: Answers) -> Outcome:
    """The branches in a place."""
    place = answers["place"]
    branches = session.connection().execute(_IN_PLACE, {"place": place}).all()
    lines = [
        f"{branch.name}, {branch.address}. Open {branch.hours}. Phone {branch.phone}." for branch in branches
    ]
    if len(lines) == 1:
        return Outcome(lines[0])
    return Outcome(f"Our branches in {place}:\n" + "\n".join(f"- {line}" for line in lines))


BRANCH = Service(
    "find_branch",
    CATALOGUE["find_branch"].title,
    find_branch,
    (
        Field(
            name="place",
            title="place",
            prompt="In which city or province are you looking for a branch?",
            read=_read_place,
            help="For example Beijing or Sichuan.",
            why="So that I can name the nearest one.",
            entities=("province",),
            scan=lambda text, _facts: PLACES.mentioned(text),
        ),
    ),
)
