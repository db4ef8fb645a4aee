"""The administration of the portfolio: what an action does goes through the action, what it may not change is shown.

The menu has the tables in the order in which they are registered here.
"""

from leasing.admin import people, contracts, terms, accounts, books, receipts, deposits, matters  # noqa: F401, I001 -- the order is the menu's
from leasing.admin.base import PortfolioAdmin

__all__ = ["PortfolioAdmin"]
