"""Floor 2: what can be done for a customer, and the Rasa actions that offer it."""
