from leasing.tests.conftest import conakry

__all__ = ["conakry"]
