"""What can be done for a customer: one description per service, and the table of all there are."""
