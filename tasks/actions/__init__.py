"""What can be done with tasks: one function for each change, all of it or nothing, once for a key."""

from tasks.actions.handover import can_take_back, reassign_tasks, take_back
from tasks.actions.orders import TaskOrder, close_tasks, create_tasks, take_over
from tasks.actions.planning import create_task, stop_waiting, wait_for
from tasks.actions.rankings import keep_rankings
from tasks.actions.taps import (
    OUTCOMES_OF_PEOPLE,
    cancel_task,
    cannot_do,
    finish_task,
    postpone_task,
    resume_task,
    start_task,
    undo_change,
)
from tasks.refusals import TaskConflict

__all__ = [
    "OUTCOMES_OF_PEOPLE",
    "TaskConflict",
    "TaskOrder",
    "can_take_back",
    "cancel_task",
    "cannot_do",
    "close_tasks",
    "create_task",
    "create_tasks",
    "finish_task",
    "keep_rankings",
    "postpone_task",
    "reassign_tasks",
    "resume_task",
    "start_task",
    "stop_waiting",
    "take_back",
    "take_over",
    "undo_change",
    "wait_for",
]
