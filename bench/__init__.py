"""The speed of the KPI report, as ratios measured in one run: docs/performance.md."""
