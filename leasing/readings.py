"""What counts, in the one place that says so: a signed contract, one in force on a day, a standing payment, money
received by a day.

As SQL for statements that are written by hand: each function takes the alias of its table and gives a condition (or a
value) to be put into the statement. A `day` is SQL too: a placeholder such as "%(today)s", or a column. For the ORM the
same readings are verbs of the querysets (`Contract.objects.signed()`, `Payment.objects.standing()`).
"""


def is_signed(contract: str = "contract") -> str:
    """A draft is no contract: nothing is due, lived in or counted on one."""
    return f"{contract}.status <> 'draft'"


def is_in_force(contract: str, day: str) -> str:
    """Begun, and not ended before the day. A contract that nobody ended runs on by tacit renewal.

    Says nothing of drafts: `is_signed` does.
    """
    return f"{contract}.start_date <= {day} AND ({contract}.ended_on IS NULL OR {contract}.ended_on >= {day})"


def is_standing(payment: str = "payment") -> str:
    """A payment that was reversed was a mistake: it counts nowhere, whatever the date."""
    return (
        "NOT EXISTS (SELECT FROM leasing_paymentreversal reversal"
        f" WHERE reversal.site_id = {payment}.site_id AND reversal.payment_id = {payment}.id)"
    )


def received_by(instalment: str, day: str) -> str:
    """The francs that had been received against an instalment by the end of a day; NULL for none.

    Allocations of a reversed payment are gone, so they are all of standing ones.
    """
    return (
        "(SELECT sum(part.amount) FROM leasing_allocation part"
        " JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id"
        f" WHERE part.site_id = {instalment}.site_id AND part.instalment_id = {instalment}.id"
        f" AND pay.received_on <= {day})"
    )


def drafts(sites: str) -> str:
    """The ids of the drafts of sites: so few that leaving their instalments out costs no join with the contracts.

    `sites` is a condition on site_id, such as "= %(site)s" or "= ANY (%(sites)s)".
    """
    return f"SELECT id FROM leasing_contract WHERE site_id {sites} AND status = 'draft'"
