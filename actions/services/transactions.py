"""All servicing transactions that are built, by code: what an agent decides on and a customer can withdraw.

A description is added here once; the registry makes its service from it.
"""

from actions.services.benefits import DRAW
from actions.services.contact import CONTACT
from actions.services.cooling_off import CANCEL
from actions.services.cover import REDUCE
from actions.services.dividends import DIVIDENDS
from actions.services.documents import NOTICES, REISSUE
from actions.services.loans import REPAY_LOAN, TAKE_LOAN
from actions.services.payment_account import PAYMENT_ACCOUNT
from actions.services.personal import ID_DOCUMENT, PERSONAL
from actions.services.premiums import AUTO_LOAN, FREQUENCY, PAY
from actions.servicing.transaction import Transaction

TRANSACTIONS: tuple[Transaction, ...] = (
    CONTACT,
    PERSONAL,
    ID_DOCUMENT,
    PAYMENT_ACCOUNT,
    FREQUENCY,
    AUTO_LOAN,
    PAY,
    REDUCE,
    CANCEL,
    TAKE_LOAN,
    REPAY_LOAN,
    DRAW,
    DIVIDENDS,
    REISSUE,
    NOTICES,
)
BY_CODE = {transaction.code: transaction for transaction in TRANSACTIONS}
