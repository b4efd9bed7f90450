"""Claims between report and decision: the one-day scheme, the papers, the promised moment of the decision.

Decides nothing about a claim; people do. What is here says which clock runs, and whether it was kept.
"""
