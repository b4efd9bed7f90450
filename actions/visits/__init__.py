"""Return visits: the follow-up on every new long-term policy inside its cooling-off period.

Any channel can ask; the questions and what counts as an answer are the same in all of them.
"""
