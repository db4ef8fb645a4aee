"""Faults made against real processes under load: docs/operations.md."""
