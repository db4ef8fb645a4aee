"""The morning and the hour of Conakry, on a day."""

from tasks.generation import close_gone, generate_tasks
from tasks.tests.causes.books import TODAY, six

CODE = "GN_CONAKRY"


def generate(site, today=TODAY):
    return generate_tasks(site=site, today=today)


def close(site, today=TODAY):
    return close_gone(site=site, today=today, now=six(today))
