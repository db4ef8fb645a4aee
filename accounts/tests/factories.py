from datetime import UTC, datetime
from typing import Any

from accounts.models import User

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "marché-de-Madina-1958"


def make_user(username: str = "awa", **overrides: Any) -> User:
    values = {
        "email": f"{username}@agence.example",
        "password": PASSWORD,
        "full_name": "Awa Bah",
        "phone": "",
    }
    return User.objects.create_user(username, **(values | overrides))
