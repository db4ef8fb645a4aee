"""A believable portfolio for people who try AKIG: pure generators, and `build`, which loads what they make."""
