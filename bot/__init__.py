"""Floor 4: the customer's side: turns, chat channels, the widget; and the engine in its own environment."""
