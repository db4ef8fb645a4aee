"""Campaigns: what a page, a program or the clock does with them.

`plan` (what would be proposed, and why it cannot be), `drafts`, `decisions`, `launch`, `following` (what agents' tasks
say), `results`, `records` (offers over all campaigns), `words`.
"""
