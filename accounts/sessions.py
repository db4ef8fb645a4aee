"""Sessions in the database; a cookie that cannot be a session's key is no session, and is not looked up."""

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        # A quoted cookie can hold a NUL, which the database refuses.
        valid = super()._validate_session_key(key)  # type: ignore[misc]  # a name that the stubs leave out
        return bool(valid and key.isascii() and key.isalnum())
