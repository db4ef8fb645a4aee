"""The servers that AKIG brings along: PostgreSQL for every command, Valkey for `up`."""
