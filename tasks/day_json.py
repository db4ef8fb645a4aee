"""The shape of an agent's day as programs read it: what answers, and what the schema says of it."""

import datetime as dt

from rest_framework import serializers

# ruff: noqa: N815 -- the clients' own names


class PartsDocument(serializers.Serializer):
    """What a score is made of, each 0 to 100."""

    urgency = serializers.FloatField()
    impact = serializers.FloatField()
    affinity = serializers.FloatField()
    dependency = serializers.FloatField()


class DayTaskDocument(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField(help_text="In the reader's language.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Why it comes first.")
    score = serializers.FloatField()
    parts = PartsDocument()
    minutes = serializers.IntegerField()
    impactLevel = serializers.CharField()
    tenant = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    amount = serializers.IntegerField(allow_null=True, help_text="Francs that are late.")
    currency = serializers.CharField()
    dueAt = serializers.DateTimeField(default_timezone=dt.UTC)
    status = serializers.CharField()
    version = serializers.IntegerField()


class AdviceDocument(serializers.Serializer):
    key = serializers.ChoiceField(["start", "then", "delegate"])
    sentence = serializers.CharField()
    taskId = serializers.UUIDField()
    toAgentId = serializers.IntegerField(allow_null=True)
    toAgentName = serializers.CharField(allow_null=True)


class RiskDocument(serializers.Serializer):
    key = serializers.ChoiceField(["overload", "blocking", "seldom"])
    sentence = serializers.CharField()


class DayDocument(serializers.Serializer):
    agentId = serializers.IntegerField()
    siteId = serializers.CharField()
    date = serializers.DateField()
    topTasks = DayTaskDocument(many=True, help_text="Three at most, the first one first.")
    totalTasks = serializers.IntegerField()
    estimatedWorkload = serializers.FloatField(help_text="Hours.")
    recommendations = AdviceDocument(many=True)
    riskFactors = RiskDocument(many=True)


DAY_EXAMPLE = {
    "agentId": 12,
    "siteId": "GN_KINDIA",
    "date": "2026-11-23",
    "topTasks": [
        {
            "id": "6f0a3c1e-8a55-4a43-9d59-3f1a52f0a7c1",
            "kind": "payment_follow",
            "title": "Ask Fatoumata Diallo (P-0001) for the rent of November",
            "reasons": ["The rent of November is 18 days late: 1,500,000 GNF."],
            "score": 67.634,
            "parts": {"urgency": 100.0, "impact": 54.0, "affinity": 58.67, "dependency": 20.0},
            "minutes": 45,
            "impactLevel": "medium",
            "tenant": "Fatoumata Diallo",
            "phone": "+224620000002",
            "amount": 1_500_000,
            "currency": "GNF",
            "dueAt": "2026-11-24T18:00:00Z",
            "status": "pending",
            "version": 1,
        }
    ],
    "totalTasks": 2,
    "estimatedWorkload": 1.5,
    "recommendations": [
        {
            "key": "start",
            "sentence": "Start with: Ask Fatoumata Diallo (P-0001) for the rent of November.",
            "taskId": "6f0a3c1e-8a55-4a43-9d59-3f1a52f0a7c1",
            "toAgentId": None,
            "toAgentName": None,
        }
    ],
    "riskFactors": [{"key": "blocking", "sentence": "1 of these tasks holds up others."}],
}
