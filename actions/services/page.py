"""The page of all services, made from their descriptions; `python -m actions.services.page` writes it.

Nothing is written here that the descriptions do not say.
"""

from pathlib import Path

from actions.forms.service import Field, Service, always
from actions.services.catalogue import CATALOGUE, Entry
from actions.services.registry import SERVICES
from actions.servicing.interlock import CALL_ABOVE, CALL_FROM_AGE
from actions.servicing.payments import TIME_TO_PAY
from actions.servicing.recording import interlock_conditions
from actions.servicing.states import TRANSITIONS, WORDS
from actions.servicing.transaction import Transaction, nothing_to_pay_in

PAGE = Path(__file__).resolve().parents[2] / "docs" / "services.md"
_COLUMNS = (
    "code", "service", "tier", "level", "money", "fields", "who, and under what conditions", "papers",
    "four eyes", "then paid",
)  # fmt: skip


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


_HEAD = f"""# Services

Made from the descriptions by `python -m actions.services.page`; a test keeps it current.

**Level**: 0 anybody, 1 a policy or telephone number was named, 2 verified, 3 strong (passkey, or an agent).
**Tier**: self = done at once; agent = prepared here, decided by an agent; person = a person takes over.
Fields in *italics* are asked only in some cases; in (brackets) they may be skipped.

Where money can leave (column **money**), besides level 3: the loss is shown in money before the consent, two
scam questions are asked, one audit line holds all evidence. *Call* means that a person calls first above CNY
{CALL_ABOVE:,}, for customers of {CALL_FROM_AGE} or older, and within 72 hours of a new telephone number.

**Four eyes**: when a second agent must agree before it is carried out. **Then paid**: once agents agreed, the
customer pays what is due, within {TIME_TO_PAY.days} days; it is carried out when the money has come.

{_line(*_COLUMNS)}{_line(*("---" for _ in _COLUMNS))}"""


def text() -> str:
    """The whole page."""
    return _HEAD + "".join(_row(entry, SERVICES.get(entry.intent)) for entry in CATALOGUE.values()) + _life()


def _row(entry: Entry, service: Service | None) -> str:
    transaction = service.transaction if service else None
    cells = (
        entry.code,
        f"`{entry.intent}` {entry.title}",
        _tier(entry, service),
        str(entry.assurance),
        _money(entry, transaction),
        ", ".join(_field(field) for field in service.fields) if service else "",
        _conditions(transaction),
        ", ".join(transaction.papers) if transaction else "",
        transaction.four_eyes.words if transaction else "",
        "yes" if transaction and transaction.to_pay is not nothing_to_pay_in else "",
    )
    return _line(*cells)


def _tier(entry: Entry, service: Service | None) -> str:
    if service is None:
        return "person"
    return "agent" if entry.tier == "human" and service.transaction else "self"


def _money(entry: Entry, transaction: Transaction | None) -> str:
    if not entry.money_out:
        return ""
    return "out, call" if transaction and transaction.callback else "out"


def _field(field: Field) -> str:
    named = field.title if not field.optional else f"({field.title})"
    return f"*{named}*" if not _is_always(field) else named


def _is_always(field: Field) -> bool:
    return field.when is always


def _conditions(transaction: Transaction | None) -> str:
    if transaction is None:
        return ""
    all_of_them = (*transaction.conditions, *interlock_conditions(transaction))
    words = [condition.words for condition in all_of_them]
    if transaction.sole:
        words.append("no other request of the kind is open")
    return "; ".join([transaction.who, *dict.fromkeys(words)])


def _life() -> str:
    rows = "".join(
        f"| {state.value} | {WORDS[state]} | "
        + ", ".join(
            f"{event.value} → {after.value}"
            for (before, event), after in TRANSITIONS.items()
            if before is state
        )
        + " |\n"
        for state in WORDS
    )
    return f"""
## The life of a transaction

A transaction has one receipt number (SR, year, number) for one form of one conversation. It is recorded,
and carried out where nothing stands against it, in the transaction of the turn.

| state | as customers hear it | what can follow |
|---|---|---|
{rows}
## Adding a transaction

One module in `actions/services/` with its `Transaction` (with `entry=Entry(...)`: intent, title, level, tier,
code), its line in `actions/services/transactions.py`, its examples in `nlu_data/intents/servicing/`, and a
test of one request to its record and one that is refused (`test_<code>_...` in `tests/actions/`). Questions,
read-back, identity, receipt, progress, withdrawing, the agents' decision, this page and the walks over all
services (`tests/actions/forms/`) come with the description; run `python -m actions.services.page` last.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(text())


if __name__ == "__main__":
    main()
