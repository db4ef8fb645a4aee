"""What counts, in the one place that says so: a signed contract, one in force on a day, a standing payment, money
received by a day.

As SQL for statements that are written by hand: each function takes the alias of its table and gives a condition (or a
value) to be put into the statement. A `day` is SQL too: a placeholder such as "%(today)s", or a column. For the ORM the
same readings are verbs of the querysets (`Contract.objects.signed()`, `Payment.objects.standing()`).
"""

SILENT_AFTER_DAYS = 60
"""After its term a contract that nobody ended runs on; without a sign of life for longer, somebody has to look."""


def is_signed(contract: str = "contract") -> str:
    """A draft is no contract: nothing is due, lived in or counted on one."""
    return f"{contract}.status <> 'draft'"


def is_in_force(contract: str, day: str) -> str:
    """Begun, and not ended before the day. A contract that nobody ended runs on by tacit renewal.

    Says nothing of drafts: `is_signed` does.
    """
    return f"{contract}.start_date <= {day} AND ({contract}.ended_on IS NULL OR {contract}.ended_on >= {day})"


def ends_by_moving(contract: str = "contract") -> str:
    """Ended because its tenant moved inside the agency: for no figure is that an end, or a term."""
    return f"{contract}.end_reason = 'moved'"


def begins_by_moving(contract: str = "contract") -> str:
    """The contract to which a tenant moved inside the agency: for no figure was it signed."""
    return f"{contract}.moved_from_id IS NOT NULL"


def is_handed_over(contract: str, day: str) -> str:
    """On its last day a contract may share its home with the one that comes in: that one has it, and homes count once.

    Of a contract in force on the day.
    """
    return (
        f"(coalesce({contract}.ended_on = {day}, false) AND EXISTS (SELECT FROM leasing_contract other"
        f" WHERE other.site_id = {contract}.site_id AND other.property_id = {contract}.property_id"
        f" AND {is_signed('other')} AND {is_in_force('other', day)}"
        f" AND (other.ended_on IS DISTINCT FROM {day} OR other.id > {contract}.id)))"
    )


def is_silent_after_term(contract: str, day: str) -> str:
    """On a day its term has been over for more than 60 days, and since then neither was money received in its account
    nor was there contact with its tenant: gone, or stayed on?

    Says nothing of contracts that have ended: `is_in_force` does. The days are those of the site's timezone.
    """
    zone = f"(SELECT timezone FROM sites_app_site WHERE code = {contract}.site_id)"
    # No EXISTS: the planner would join all payments there are, for a few contracts.
    return (
        f"({contract}.end_date < {day} - {SILENT_AFTER_DAYS} AND (SELECT pay.id FROM leasing_payment pay"
        f" WHERE pay.site_id = {contract}.site_id AND pay.account_id = {contract}.account_id"
        f" AND pay.received_on > {contract}.end_date AND pay.received_on <= {day}"
        f" AND {is_received('pay')} AND {is_standing('pay')} LIMIT 1) IS NULL"
        f" AND (SELECT word.id FROM leasing_interaction word"
        f" WHERE word.site_id = {contract}.site_id AND word.tenant_id = {contract}.tenant_id"
        f" AND word.happened_at >= ({contract}.end_date + 1)::timestamp AT TIME ZONE {zone}"
        f" AND word.happened_at < ({day} + 1)::timestamp AT TIME ZONE {zone} LIMIT 1) IS NULL)"
    )


def is_standing(payment: str = "payment") -> str:
    """A payment that was reversed was a mistake: it counts nowhere, whatever the date."""
    return (
        "NOT EXISTS (SELECT FROM leasing_paymentreversal reversal"
        f" WHERE reversal.site_id = {payment}.site_id AND reversal.payment_id = {payment}.id)"
    )


def paid_by(instalment: str, day: str) -> str:
    """The francs of an instalment that were not owed any more by the end of a day, credits with them; NULL for none.

    Allocations of a reversed payment are gone, so they are all of standing ones.
    """
    return f"({_allocated(instalment)} AND pay.received_on <= {day})"


def received_by(instalment: str, day: str) -> str:
    """The francs that had been received against an instalment by the end of a day; NULL for none.

    A credit is a debt let go: nothing was received. What was brought forward, or kept of the deposit, was.
    """
    return f"({_allocated(instalment)} AND pay.received_on <= {day} AND NOT {is_credit('pay')})"


def let_go(sites: str) -> str:
    """The instalments (id) of which credits have let something go, and how many francs: few.

    `sites` is a condition on site_id, such as "= %(site)s" or "= ANY (%(sites)s)".
    """
    return (
        "SELECT part.instalment_id AS id, sum(part.amount)::bigint AS francs FROM leasing_payment pay"
        # Looked up for each: the planner would read all allocations there are.
        " CROSS JOIN LATERAL (SELECT part.instalment_id, part.amount FROM leasing_allocation part"
        " WHERE part.site_id = pay.site_id AND part.payment_id = pay.id OFFSET 0) part"
        f" WHERE pay.site_id {sites} AND {is_credit('pay')} GROUP BY part.instalment_id"
    )


def _allocated(instalment: str) -> str:
    return (
        "SELECT sum(part.amount) FROM leasing_allocation part"
        " JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id"
        f" WHERE part.site_id = {instalment}.site_id AND part.instalment_id = {instalment}.id"
    )


def drafts(sites: str) -> str:
    """The ids of the drafts of sites: so few that leaving their instalments out costs no join with the contracts.

    `sites` is a condition on site_id, such as "= %(site)s" or "= ANY (%(sites)s)".
    """
    return f"SELECT id FROM leasing_contract WHERE site_id {sites} AND status = 'draft'"


def is_before_the_end(instalment: str, contract: str) -> str:
    """A month that began after the last day of its contract counts for nothing, though a file may have given it."""
    return f"({contract}.ended_on IS NULL OR {instalment}.period <= {contract}.ended_on)"


def bounds(sites: str) -> str:
    """The contracts (id) of sites of which no month counts that begins after a day (last): drafts from the start, the
    others after their end. With `is_within` they leave both out at the price of one look-up for each instalment.

    `sites` is a condition on site_id, such as "= %(site)s" or "= ANY (%(sites)s)".
    """
    return (
        "SELECT id, CASE WHEN status = 'draft' THEN '-infinity' ELSE ended_on END AS last"
        f" FROM leasing_contract WHERE site_id {sites} AND (status = 'draft' OR ended_on IS NOT NULL)"
    )


def is_within(bound: str, instalment: str) -> str:
    """Of a signed contract, and no month that began after its end: by a relation of `bounds`."""
    return (
        f"NOT EXISTS (SELECT FROM {bound} WHERE {bound}.id = {instalment}.contract_id"
        f" AND {bound}.last < {instalment}.period)"
    )


def rent_on(contract: str, day: str) -> str:
    """The monthly rent of a contract on a day: as it was signed, or since then changed."""
    return (
        "coalesce((SELECT step.monthly_rent FROM leasing_rentstep step"
        f" WHERE step.site_id = {contract}.site_id AND step.contract_id = {contract}.id AND step.from_month <= {day}"
        f" ORDER BY step.from_month DESC LIMIT 1), {contract}.monthly_rent)"
    )


def rent_steps(sites: str) -> str:
    """The changes of rent of sites, each from its `from_month` to before `until` (NULL: from then on): so few that a
    left join with them costs less than asking for each contract.

    `sites` is a condition on site_id, such as "= %(site)s" or "= ANY (%(sites)s)".
    """
    return (
        "SELECT contract_id, monthly_rent, from_month,"
        " lead(from_month) OVER (PARTITION BY contract_id ORDER BY from_month) AS until"
        f" FROM leasing_rentstep WHERE site_id {sites}"
    )


def is_received(payment: str = "payment") -> str:
    """Money that came in by one of the sites' methods: no balance brought forward, no credit, no refund."""
    return f"{payment}.method IN ('cash', 'bank', 'mobile', 'cheque')"


def is_credit(payment: str = "payment") -> str:
    """A debt that was let go."""
    return f"{payment}.method = 'credit'"


def is_standing_quittance(receipt: str = "receipt") -> str:
    """A paper that says a month was paid in full, and was not cancelled."""
    return (
        f"({receipt}.kind = 'quittance' AND NOT EXISTS (SELECT FROM leasing_receiptcancellation cancelled"
        f" WHERE cancelled.site_id = {receipt}.site_id AND cancelled.receipt_id = {receipt}.id))"
    )


def is_rent(instalment: str = "instalment") -> str:
    """What the rent figures count: rents and service charges. Other debts are in the balance and in no rate."""
    return f"{instalment}.kind IN ('rent', 'service')"


def in_order_of_debts(instalment: str) -> str:
    """In which order an account's money pays its instalments, where no quittance stands: for ORDER BY.

    What a standing quittance says is paid comes first: placing.place_with_quittances.
    """
    kinds = "ARRAY['opening', 'rent', 'service', 'repair', 'other', 'penalty', 'deposit']"
    return (
        f"{instalment}.due_date, array_position({kinds}, {instalment}.kind::text), {instalment}.period,"
        f' {instalment}.label COLLATE "C", {instalment}.amount, {instalment}.id'
    )
