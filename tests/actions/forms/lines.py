"""What customers of the walks say: to a question of one service, to a question of any, and as a last resort.

A new service needs nothing here as long as one of its buttons or one of the candidates is a good answer.
"""

BEGINNINGS = {
    "report_claim": "I want to report something",
    "check_transaction_status": "how far is my change",
}
"""First words, where "please" would not do."""

GENERAL = {
    "account": "6222 0212 3456 7890",
    "approached": "no",
    "handed_over": "no",
    "phone": "+1 202 555 0101",
}
"""By the name of the question."""

LINES = {
    "find_branch": {"place": "Chengdu"},
    "request_callback": {"time": "tomorrow at ten"},
    "report_claim": {
        "kind": "an accident",
        "reporter": "myself",
        "insured_name": "Li Wei",
        "policy": "880000100102",
        "date": "3 November 2026",
        "place": "Beijing, at home",
        "story": "I fell down the stairs and broke my arm",
        "hospital": "Peking Union Hospital",
    },
    "change_occupation": {"job": "I drive a taxi"},
    "reinstate_policy": {"illness": "yes", "health_story": "high blood pressure since 2024, I take tablets"},
    "change_contact": {"what": "address", "address": "8 Lake Street, Beijing"},
    "change_personal_data": {"item": "employer", "employer": "Harbour Shipping Ltd"},
    "check_reminders": {"what": "leave it as it is"},
    "change_payment_account": {"way": "I pay it myself"},
    "reduce_cover": {"new_sum": "400,000"},
    "take_policy_loan": {"amount": "5,000"},
    "repay_loan": {"amount": "1,000"},
}
"""By service and question."""

CANDIDATES = (
    "yes",
    "no",
    "3 March 1980",
    "3 March 2036",
    "3 November 2026",
    "5,000",
    "10,000",
    "200,000",
    "700,000",
    "Wang Fang",
    "Wang Fang, 100 percent",
    "Wang Fang, my wife, 100 percent",
    "8 Lake Street, Beijing",
    "110101199003077213",
    "880000100201",
    "+1 202 555 0177",
    "someone@example.com",
    "I work as a teacher at a school",
    "half of it",
    "all of it",
    "I have sent it here",
    "later",
)
"""Tried in turn until the service goes on."""
