"""Time to be spent, as one says it."""

from django import template

from tasks import words

register = template.Library()
register.filter("hours", words.duration)
