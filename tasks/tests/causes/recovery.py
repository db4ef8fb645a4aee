"""What tenants owe who have left: one task a week for each agent."""

from leasing.models import Contract, Instalment
from tasks.tests.causes.books import DAY, TODAY, AskedTask, Books, six
from tasks.tests.causes.rent_late import rent

IS_ABOUT_A_CONTRACT = False
QUIET_DAYS = 3
"""From TODAY, a Friday, to the end of the week."""


def begin(contract):
    rent(contract, TODAY - 2 * DAY)
    Contract.objects.filter(pk=contract.pk).update(status="ended", ended_on=TODAY - DAY)


FIRST = {
    "kind": "payment_follow",
    "cause": "recovery",
    "facts": {"leases": 1, "amount": 1_000_000},
    "due_at": six(TODAY),
}
GONE = {"debt of a tenant who left taken back": lambda c: Instalment.objects.all().delete()}

OWED = {"cause": "recovery", "kind": "payment_follow"}
WORDS = [
    (
        OWED | {"facts": {"leases": 7, "amount": 91_650_000}},
        "Recover the debts of 7 tenants who have left",
        "7 ended leases owe 91,650,000 GNF: choose three for this week.",
        "Recouvrer les dettes de 7 locataires partis",
        "7 baux terminés doivent 91 650 000 GNF : choisissez-en trois pour cette semaine.",
    ),
    (
        OWED | {"facts": {"leases": 1, "amount": 300_000}},
        "Recover the debt of 1 tenant who has left",
        "1 ended lease owes 300,000 GNF: try again this week.",
        "Recouvrer la dette de 1 locataire parti",
        "1 bail terminé doit 300 000 GNF : réessayez cette semaine.",
    ),
]


def expected(books: Books):
    today, leases, owed = books.today, {}, {}
    for c in books.contracts.values():
        leases.setdefault(c.account_id, []).append(c)
    for i in Instalment.objects.all():
        if i.contract_id in books.contracts and i.paid_amount < i.amount and i.due_date < today:
            owed[i.account_id] = owed.get(i.account_id, 0) + i.amount - i.paid_amount
    of_agents = {}
    for account, francs in owed.items():
        if any(c.ended_on is None or c.ended_on >= today for c in leases[account]):
            continue
        last = min(leases[account], key=lambda c: (-c.start_date.toordinal(), c.pk))
        agent = last.agent_id if last.agent_id in books.workers else None
        of_agents.setdefault(agent, []).append(francs)
    monday = today - today.weekday() * DAY
    for agent, debts in of_agents.items():
        facts = {"leases": len(debts), "amount": sum(debts)}
        yield AskedTask(
            f"{agent or 'nobody'}:{monday}", "payment_follow", facts, monday + 4 * DAY, None, None, None, agent
        )
