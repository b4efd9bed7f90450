"""Floor 3: people. The queue, routing, presence, and the agents' console."""
