"""The dialogue engine: Rasa 3.6.21 as a library, with our own understanding, stores and channel around it.

Never trusted with identity, the transcript or money: its tracker can be thrown away (see the ledger).
"""
