"""Sessions in the database; a cookie that cannot be a session's key is no session, and is not looked up."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: Any) -> bool:
        # A quoted cookie can hold a NUL, which the database refuses.
        valid = super()._validate_session_key(key)  # type: ignore[misc]  # a name that the stubs leave out
        return bool(valid and key.isascii() and key.isalnum())

    def save(self, must_create: bool = False) -> None:
        """Keep what is in it.

        Raises:
            UpdateError: the session is gone, for instance because its owner has signed out meanwhile.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django says so of whatever goes wrong. Of a row that is not there any more it raises the plain class.
            cause = error.__context__
            if cause is not None and type(cause) is not DatabaseError:
                raise cause from None
            raise
