"""A few training examples for the engine's tests."""

FEW = {
    "greet": ["hello", "hi there", "good morning", "hey", "good evening", "hi", "hello there", "hiya"],
    "take_policy_loan": [
        "I want to borrow against my policy",
        "can I get a loan on my policy",
        "lend me money from my insurance",
        "policy loan please",
        "I need to take out a loan",
        "how do I borrow from my cash value",
        "borrow money",
        "I would like a loan against my life policy",
    ],
    "change_contact": [
        "change my phone number",
        "I moved to a new address",
        "new e-mail address",
        "update my contact details",
        "my telephone number is different now",
        "please change my address",
        "I have a new phone",
        "we moved house",
    ],
    "ask_question": [
        "what is the cooling-off period",
        "what does grace period mean",
        "explain cash value",
        "what is a rider",
        "how does a dividend work",
        "what is an exclusion",
        "what does incontestable mean",
        "why is there a waiting period",
    ],
}
