"""What a program sends for a change: every field is known, its key is there, all wrong ones are named at once."""

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

KEY = "Idempotency-Key"
KEY_PARAMETER = OpenApiParameter(
    KEY,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="A text of your own for each change. Sent again with the same body, the change is made once and the "
    "answer is the same; with another body it is a 409.",
)


class ChangeBody(serializers.Serializer[Any]):
    """The base of a change's body: a field for each name. `context["key"]` is the header's key, stripped."""

    longest_key: int

    default_error_messages = {
        "unknown": gettext_lazy("There is no field with this name. The fields are: %(names)s."),
        "no_key": gettext_lazy(
            "Send this header with a text of your own for each change: the change is then made only once."
        ),
        "long_key": gettext_lazy("A key has at most %(longest)s characters."),
        "unfit_key": gettext_lazy("A key is made of characters that can be printed."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        errors: dict[str, Any] = dict(self._errors_of_the_key())
        values: dict[str, Any] = {}
        if isinstance(data, Mapping):
            errors |= {
                name: self.sentence("unknown", names=", ".join(self.fields)) for name in data.keys() - self.fields
            }
            errors |= self.errors_between(data)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            errors |= cast("dict[str, Any]", refused.detail)
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def errors_between(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        """What is wrong with fields beside each other, before any is read by itself."""
        return {}

    def sentence(self, code: str, **values: Any) -> list[str]:
        """An error message, as the framework wants it."""
        return [str(self.error_messages[code]) % values]

    def _errors_of_the_key(self) -> dict[str, list[str]]:
        key = self.context["key"]
        if not key:
            return {KEY: self.sentence("no_key")}
        if not key.isprintable():
            return {KEY: self.sentence("unfit_key")}
        return {KEY: self.sentence("long_key", longest=self.longest_key)} if len(key) > self.longest_key else {}
