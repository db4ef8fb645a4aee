"""What a request carries once it is known who asks: a name for the checker, never made."""

from django.http import HttpRequest

from accounts.models import ApiToken, User


class PersonRequest(HttpRequest):
    """A request that the middleware of `accounts` has let through.

    Views are for people who have signed in, so `user` is a person; where a view is open to anyone, ask
    `user.is_authenticated` first.
    """

    user: User
    auth_token: ApiToken | None
    language_chosen: bool
    LANGUAGE_CODE: str
