"""All servicing transactions that are built, by code: what an agent decides on and a customer can withdraw.

A description is added here once; the registry makes its service from it.
"""

from actions.services.beneficiaries import BENEFICIARIES
from actions.services.benefits import DRAW
from actions.services.catalogue import enter
from actions.services.certificate import CERTIFICATE
from actions.services.contact import CONTACT
from actions.services.cooling_off import CANCEL
from actions.services.cover import REDUCE
from actions.services.dividends import DIVIDENDS
from actions.services.documents import NOTICES, REISSUE
from actions.services.key_identity import KEY_IDENTITY
from actions.services.loans import REPAY_LOAN, TAKE_LOAN
from actions.services.more_cover import MORE_COVER
from actions.services.occupation import OCCUPATION
from actions.services.paid_up import PAID_UP
from actions.services.payment_account import PAYMENT_ACCOUNT
from actions.services.personal import ID_DOCUMENT, PERSONAL
from actions.services.policyholder import POLICYHOLDER
from actions.services.premiums import AUTO_LOAN, FREQUENCY, PAY
from actions.services.reinstatement import REINSTATEMENT
from actions.services.surrender import SURRENDER
from actions.servicing.transaction import Transaction

TRANSACTIONS: tuple[Transaction, ...] = (
    CONTACT,
    PERSONAL,
    KEY_IDENTITY,
    ID_DOCUMENT,
    OCCUPATION,
    POLICYHOLDER,
    BENEFICIARIES,
    PAYMENT_ACCOUNT,
    FREQUENCY,
    AUTO_LOAN,
    PAY,
    PAID_UP,
    REINSTATEMENT,
    MORE_COVER,
    REDUCE,
    CANCEL,
    SURRENDER,
    TAKE_LOAN,
    REPAY_LOAN,
    DRAW,
    DIVIDENDS,
    REISSUE,
    NOTICES,
    CERTIFICATE,
)
enter(transaction.entry for transaction in TRANSACTIONS if transaction.entry is not None)
BY_CODE = {transaction.code: transaction for transaction in TRANSACTIONS}
