"""Floor 1: the data the centre stands on: customers, policies, claims, conversations, people, audit."""
