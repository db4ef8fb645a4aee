"""Why a task is there: one file for each cause, and the registry that knows them all."""
