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
