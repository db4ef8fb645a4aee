"""What a person has asked for, in words of their own."""

from django.utils.translation import gettext_lazy

from tasks.causes.cause import Cause

MANUAL = Cause(name="manual", label=gettext_lazy("asked for by a person"))
