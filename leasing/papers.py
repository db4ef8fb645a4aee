"""What stands on a receipt, frozen when it is issued. Pure: plain values, to JSON and back; no Django, no database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from leasing.taxes import Tax


@dataclass(frozen=True)
class PaperLine:
    """What the money pays: a month's rent or another debt, and how many francs of it."""

    kind: str
    label: str
    period: dt.date
    francs: int


@dataclass(frozen=True)
class PaperMoney:
    """How money came in: the day, the method, the provider and the reference of the payment."""

    received_on: dt.date
    method: str
    provider: str
    reference: str
    francs: int


@dataclass(frozen=True)
class Paper:
    """A receipt as it is printed. What it was taken from may be renamed or changed later; this is not."""

    number: str
    kind: str
    issued_on: dt.date
    issued_by: str
    site: str
    currency: str
    landlord: str  # the property's owner, "" where none is known
    tenant: str
    tenant_code: str
    property_code: str
    address: str
    contract: str
    francs: int
    words: dict[str, str]  # by language
    lines: tuple[PaperLine, ...]
    on_account: int  # of a payment: what pays nothing yet
    money: tuple[PaperMoney, ...]
    reason: str  # of a refund
    taxes: tuple[Tax, ...]

    def as_content(self) -> dict[str, Any]:
        """Ready for JSON; from_content reads it."""
        found: dict[str, Any] = _plain(asdict(self))
        return found

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """The paper that as_content wrote. Raises KeyError or TypeError for anything else."""
        return cls(
            **{
                **content,
                "issued_on": dt.date.fromisoformat(content["issued_on"]),
                "lines": tuple(
                    PaperLine(**{**line, "period": dt.date.fromisoformat(line["period"])}) for line in content["lines"]
                ),
                "money": tuple(
                    PaperMoney(**{**part, "received_on": dt.date.fromisoformat(part["received_on"])})
                    for part in content["money"]
                ),
                "taxes": tuple(Tax(**tax) for tax in content["taxes"]),
            }
        )

    @property
    def rent_period(self) -> dt.date | None:
        """The month of a paper about one debt."""
        return self.lines[0].period if len(self.lines) == 1 else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value
