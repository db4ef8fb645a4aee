"""The administration of the portfolio: what each role may do there, and that nobody sees or changes another site."""
