"""What TaskChange.verb holds: what was done to a task."""

START, FINISH, CANNOT, POSTPONE, RESUME, CANCEL = "start", "finish", "cannot", "postpone", "resume", "cancel"
CREATE, REASSIGN, UNDO = "create", "reassign", "undo"
# By AKIG itself (tasks.generation).
CAUSE_GONE, CAUSE_BACK = "cause_gone", "cause_back"
