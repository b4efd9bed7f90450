"""The customer's chat widget, its demonstration page and the knowledge articles as web pages."""
