"""Unit ring: what can be done for a customer, without Rasa and without network."""
