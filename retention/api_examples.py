"""What the API's documentation shows of scores: Diallo, as docs/formulas/retention.md works him out."""

from typing import Any

_SCORE: dict[str, Any] = {
    "siteId": "GN_CONAKRY",
    "tenantId": "0d1b3f0e-54c5-4f4c-8f62-7c8d9e2f1a30",
    "tenantCode": "L-0001",
    "contractId": "b3d2c1a0-1f2e-4d3c-9b8a-7f6e5d4c3b2a",
    "name": "Mamadou Diallo",
    "score": 15.0,
    "riskLevel": "critical",
    "riskFactors": [
        {
            "key": "window",
            "sentence": "On 30 January year 2 of the lease ends: most tenants who leave do so around such a day.",
            "points": -40.0,
        },
        {
            "key": "late_change",
            "sentence": "The last three rents came 9 days later than those of two years before them.",
            "points": -16.0,
        },
        {"key": "complaints", "sentence": "1 complaint in 180 days.", "points": -14.0},
    ],
    "estimatedChurnProbability": 0.187,
    "horizonDays": 90,
    "probabilitySource": "measured",
    "modelId": None,
    "potentialLtvLoss": 3_366_000,
    "relettingLoss": 3_942_181,
    "expectedGain": 148_000,
    "currency": "GNF",
    "recommendedInterventionDate": "2026-12-02",
    "retentionActions": [
        {
            "offerId": 1,
            "actionType": "talk",
            "description": "Talk and settle what is open",
            "incentiveValue": 0,
            "expectedConversionRate": 0.6,
            "n": 0,
            "duration": 30,
            "requiresApproval": False,
            "expectedGain": 148_000,
        }
    ],
    "calculatedAt": "2026-11-30T00:45:02Z",
}
SCORES_EXAMPLE = {"count": 1, "next": None, "previous": None, "results": [_SCORE]}
ANALYSIS_EXAMPLE = {
    "calculatedAt": "2026-11-30T00:45:02Z",
    "siteId": "GN_CONAKRY",
    "analyzed": 122,
    "tenants": [_SCORE],
}
_ACTION: dict[str, Any] = {
    "id": "5f0c8a52-7c1e-4c39-93a4-2b9f1d0e6a77",
    "tenantId": _SCORE["tenantId"],
    "tenantCode": _SCORE["tenantCode"],
    "name": _SCORE["name"],
    "contractId": _SCORE["contractId"],
    "offerId": 1,
    "actionType": "talk",
    "description": "Talk and settle what is open",
    "cost": 0,
    "expectedGain": 148_000,
    "estimatedChurnProbability": 0.187,
    "relettingLoss": 3_942_181,
    "arm": "",
    "state": "proposed",
    "kept": None,
}
_CAMPAIGN: dict[str, Any] = {
    "id": "8c1d7e44-0f3a-4f0f-8a53-9a4f6f0f2b10",
    "siteId": "GN_CONAKRY",
    "campaignName": "Before the end of the year",
    "status": "draft",
    "budget": 1_000_000,
    "cost": 0,
    "currency": "GNF",
    "expectedRoi": None,
    "tenants": 1,
    "startDate": "2026-12-01",
    "controlShare": 0.2,
    "createdAt": "2026-11-30T09:12:40Z",
    "launchedAt": None,
    "verdictOn": None,
    "verdict": None,
    "result": None,
}
CAMPAIGN_EXAMPLE = _CAMPAIGN | {"actions": [_ACTION]}
CAMPAIGNS_EXAMPLE = {"count": 1, "next": None, "previous": None, "results": [_CAMPAIGN]}
NEW_CAMPAIGN_EXAMPLE = {
    "tenantIds": [_SCORE["tenantCode"], "L-0002"],
    "campaignName": "Before the end of the year",
    "budget": 1_000_000,
    "controlShare": 0.2,
}
