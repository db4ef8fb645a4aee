"""The tables of an import, one file for each, in the order in which an import needs them: what is referred to first."""

from imports.table import Table
from imports.tables.contracts import CONTRACTS
from imports.tables.deposits import DEPOSITS
from imports.tables.instalments import INSTALMENTS
from imports.tables.interactions import INTERACTIONS
from imports.tables.litigations import LITIGATIONS
from imports.tables.notices import NOTICES
from imports.tables.owners import OWNERS
from imports.tables.payments import PAYMENTS
from imports.tables.properties import PROPERTIES
from imports.tables.rent_steps import RENT_STEPS
from imports.tables.requests import REQUESTS
from imports.tables.surveys import SURVEYS
from imports.tables.tenants import TENANTS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        OWNERS,
        PROPERTIES,
        TENANTS,
        CONTRACTS,
        RENT_STEPS,
        INSTALMENTS,
        PAYMENTS,
        DEPOSITS,
        NOTICES,
        LITIGATIONS,
        REQUESTS,
        INTERACTIONS,
        SURVEYS,
    )
}
