"""The machinery of servicing transactions: what is computed, checked, recorded, carried out and taken back.

Knows no single service: those are descriptions in `actions.services`.
"""
