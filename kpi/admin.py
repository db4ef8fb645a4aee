"""Targets, for whoever may manage a site."""
