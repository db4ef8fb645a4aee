"""The rows behind an indicator: which groups of them there are, what their columns say, and the SQL that finds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

Text = Any
"""Words, lazily translated; where a number decides their form, by `ngettext_lazy(…, "n")`."""


class Shape(Enum):
    """How a page writes a fact. The first four are links to the records that they name."""

    CONTRACT = "contract"
    TENANT = "tenant"  # the name, and the phone below it
    PROPERTY = "property"  # the code, and the neighbourhood below it
    RECORD = "record"  # the record that was counted, by its kind
    KIND = "kind"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    FRANCS = "francs"


@dataclass(frozen=True)
class FactColumn:
    """A heading, and the field of kpi.report.rows.Row below it; `words` are those of the codes of a kind of its own."""

    heading: Text
    shape: Shape
    fact: str
    words: Mapping[str, Text] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        return self.shape in (Shape.NUMBER, Shape.FRANCS)


@dataclass(frozen=True)
class Group:
    """One answer to "which ones?", and its words; `empty` is what it means that nothing is in it.

    Where francs decide what comes first, only those of one currency are compared.
    """

    name: str
    title: Text
    empty: Text
    columns: tuple[FactColumn, ...]
    is_money: bool = False
    has_tasks: bool = False  # what is late makes tasks: those of a row are among the board's


@dataclass(frozen=True)
class Rows:
    """The rows behind the value: the SQL that finds those of all groups, and the groups, that to act on first.

    `found` gives site_id, the group, model, id, contract_id, tenant_id, property_id, since, until, days, amount,
    received, number, kind, remark and weight. `weight` sorts: the heaviest first, and before it NULL, which is "never"
    or "not over yet". `relations` are what it reads beside `contract` and `in_force`: kpi.counting.relations.
    """

    found: str
    groups: tuple[Group, ...]
    relations: tuple[str, ...] = ()


CONTRACT = FactColumn(gettext_lazy("Contract"), Shape.CONTRACT, "contract_reference")
TENANT = FactColumn(gettext_lazy("Tenant"), Shape.TENANT, "tenant_name")
PROPERTY = FactColumn(gettext_lazy("Property"), Shape.PROPERTY, "property_code")
AGENT = FactColumn(gettext_lazy("Agent"), Shape.TEXT, "agent")
WHO = (CONTRACT, TENANT, PROPERTY)
LAST_CONTRACT = FactColumn(gettext_lazy("Last contract"), Shape.CONTRACT, "contract_reference")
LAST_TENANT = FactColumn(gettext_lazy("Last tenant"), Shape.TENANT, "tenant_name")


def date(heading: Text, fact: str) -> FactColumn:
    return FactColumn(heading, Shape.DATE, fact)


def francs(heading: Text, fact: str = "amount") -> FactColumn:
    return FactColumn(heading, Shape.FRANCS, fact)


def number(heading: Text, fact: str = "days") -> FactColumn:
    return FactColumn(heading, Shape.NUMBER, fact)


RENT = francs(gettext_lazy("Rent"))
DUE_ON = date(pgettext_lazy("rent", "Due on"), "since")
ENDED_ON = date(gettext_lazy("Ended on"), "since")
TERM = date(gettext_lazy("End of term"), "since")
SETTLED_ON = date(gettext_lazy("Settled on"), "until")
KIND = FactColumn(gettext_lazy("Kind"), Shape.KIND, "kind")
SINCE = date(gettext_lazy("Since"), "since")
LITIGATIONS = number(gettext_lazy("Disputes"), "number")
MISSING_RENT = (
    DUE_ON,
    RENT,
    francs(gettext_lazy("Received"), "received"),
    francs(gettext_lazy("Outstanding"), "lacking"),
    date(gettext_lazy("Paid since, on"), "until"),
)
DEPOSIT = (
    francs(gettext_lazy("Deposit")),
    francs(gettext_lazy("Refunded"), "received"),
    francs(gettext_lazy("Kept"), "lacking"),
    FactColumn(gettext_lazy("State"), Shape.RECORD, "kind"),
)
ANSWER = (
    TENANT,
    number(gettext_lazy("Rating"), "number"),
    date(gettext_lazy("Answered on"), "since"),
    FactColumn(gettext_lazy("Comment"), Shape.TEXT, "remark"),
    CONTRACT,
    PROPERTY,
    AGENT,
)
