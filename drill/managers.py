"""Who signs in: the demo's own managers, one of each site of the load."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

MANAGERS = {"GN_CONAKRY": "mariama", "GN_KINDIA": "fanta", "GN_MAMOU": "thierno"}


@dataclass(frozen=True)
class Managers:
    """The password of all, and a token of each, by their site."""

    password: str
    tokens: dict[str, str]


def managers(printed: str, connection: Any) -> Managers:
    """What the demo printed holds the password. Tokens are written straight into the table: a command takes longer."""
    password = re.search(r"with the password (\S+)", printed)
    if password is None:
        raise ValueError("the demo does not say its password any more")
    tokens = {site: f"akig_{secrets.token_urlsafe(40)}" for site in MANAGERS}
    for site, token in tokens.items():
        connection.execute(
            "INSERT INTO accounts_apitoken (user_id, name, digest, created_at, expires_at)"
            " SELECT id, 'drill', %s, now(), now() + interval '1 day' FROM accounts_user WHERE username = %s",
            [hashlib.sha256(token.encode()).hexdigest(), MANAGERS[site]],
        )
    return Managers(password[1], tokens)
