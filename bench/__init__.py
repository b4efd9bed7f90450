"""Proofs: each prints what it did and ends with one line of JSON."""
