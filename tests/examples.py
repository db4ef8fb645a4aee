"""How many examples a property is tried with: the usual number, or a part of it (`make quick`)."""

from hypothesis import settings

USUAL = 100  # what Hypothesis does when nothing is said
settings.register_profile("quick", max_examples=15)


def examples(usual: int) -> int:
    """So many in a full run; under a profile that tries less, as much less."""
    return max(1, usual * settings().max_examples // USUAL)
