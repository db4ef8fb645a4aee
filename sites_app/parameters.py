"""What a program asks in an address: every parameter is known, given once, and every wrong one is named at once."""

from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext_lazy
from rest_framework import serializers

# SiteMiddleware has read these before any view.
_READ_BY_MIDDLEWARE = ("site", "site_id")


class QueryParameters(serializers.Serializer):
    """The base of a view's parameters: a field for each."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no parameter with this name. The parameters are: %(names)s."),
        "twice": gettext_lazy("Give this parameter once."),
    }

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        errors: dict[str, list[Any]] = {}
        for name in data:
            if name not in self.fields and name not in _READ_BY_MIDDLEWARE:
                names = ", ".join((*self.fields, *_READ_BY_MIDDLEWARE))
                errors[name] = [str(self.error_messages["unknown"]) % {"names": names}]
            elif len(data.getlist(name)) > 1:
                errors[name] = [str(self.error_messages["twice"])]
        try:
            # As a plain dictionary: of a form's data an empty value would count as not given.
            found = super().to_internal_value(data.dict())
        except serializers.ValidationError as refused:
            # The reader gets every bad field at once.
            raise serializers.ValidationError({**cast("dict[str, Any]", refused.detail), **errors}) from refused
        if errors:
            raise serializers.ValidationError(errors)
        return found
