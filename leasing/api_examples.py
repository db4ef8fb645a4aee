"""What the API's documentation shows as answers and bodies."""

from typing import Any

_IDS = {
    "account": "7d2e9a14-6c3b-4f58-9e01-2a4b6c8d0e1f",
    "contract": "b3d2c1a0-1f2e-4d3c-9b8a-7f6e5d4c3b2a",
    "tenant": "0d1b3f0e-54c5-4f4c-8f62-7c8d9e2f1a30",
    "property": "5a1f7c2e-7b0d-4b5e-8a3c-2f9e1d0c4b6a",
}


def _page_of(row: dict[str, Any]) -> dict[str, Any]:
    return {"count": 1, "next": None, "previous": None, "results": [row]}


CONTRACTS_EXAMPLE = _page_of(
    {
        "id": _IDS["contract"],
        "siteId": "GN_KINDIA",
        "reference": "B-0001",
        "status": "active",
        "accountId": _IDS["account"],
        "propertyId": _IDS["property"],
        "propertyCode": "P-0001",
        "tenantId": _IDS["tenant"],
        "tenantName": "Fatoumata Diallo",
        "agentId": 12,
        "startDate": "2026-01-01",
        "endDate": None,
        "signedOn": "2025-12-20",
        "endedOn": None,
        "endReason": "",
        "monthlyRent": 1_500_000,
        "currentRent": 1_600_000,
        "depositAmount": 3_000_000,
        "currency": "GNF",
        "deposit": {
            "state": "held",
            "agreed": 3_000_000,
            "received": 3_000_000,
            "refundedAmount": 0,
            "keptForArrears": 0,
            "settledOn": None,
        },
        "billing": "calendar",
        "paymentDay": 5,
        "rentsFrom": None,
        "advanceMonths": 0,
        "renewalOfId": None,
        "movedFromId": None,
    }
)
TENANTS_EXAMPLE = _page_of(
    {
        "id": _IDS["tenant"],
        "siteId": "GN_KINDIA",
        "code": "L-0001",
        "name": "Fatoumata Diallo",
        "phone": "+224620000002",
        "phone2": "",
        "email": "",
        "language": "fr",
        "employmentStatus": "trader",
        "joinedOn": "2026-01-01",
        "referredById": None,
    }
)
PROPERTIES_EXAMPLE = _page_of(
    {
        "id": _IDS["property"],
        "siteId": "GN_KINDIA",
        "code": "P-0001",
        "kind": "apartment",
        "status": "lettable",
        "address": "Rue KA-020",
        "neighbourhood": "Kaloum",
        "partOfId": None,
        "ownerId": None,
        "ownerName": None,
        "marketRent": 1_500_000,
        "currency": "GNF",
    }
)
NEW_PAYMENT_EXAMPLE = {
    "contractId": _IDS["contract"],
    "amount": 2_000_000,
    "method": "cash",
    "receivedOn": "2026-11-05",
}
PAYMENT_EXAMPLE = {
    "id": "c9e0a7d4-3b52-4e1f-9a6d-8b7c6d5e4f30",
    "siteId": "GN_KINDIA",
    "accountId": _IDS["account"],
    "contractId": _IDS["contract"],
    "contractReference": "B-0001",
    "tenantId": _IDS["tenant"],
    "tenantName": "Fatoumata Diallo",
    "amount": 2_000_000,
    "currency": "GNF",
    "method": "cash",
    "provider": "",
    "externalReference": "",
    "reason": "",
    "waivesId": None,
    "receivedOn": "2026-11-05",
    "recordedAt": "2026-11-05T09:12:00Z",
    "recordedById": 12,
    "allocations": [
        {
            "instalmentId": "e1d2c3b4-a596-4877-8695-a4b3c2d1e0f9",
            "kind": "rent",
            "label": "",
            "period": "2026-11-01",
            "dueDate": "2026-11-05",
            "amount": 1_500_000,
        }
    ],
    "onAccount": 500_000,
    "reversal": None,
    "receiptNumber": "GN_KINDIA-000123",
}
PAYMENTS_EXAMPLE = _page_of(PAYMENT_EXAMPLE)
