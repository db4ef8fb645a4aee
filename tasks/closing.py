"""SQL that closes tasks whose cause has gone, for the hour and for apps that ordered them; and what is kept of them."""

STATE_BEFORE = """
    jsonb_build_object(
        'status', t.status, 'due_at', t.due_at, 'started_at', t.started_at, 'completed_at', t.completed_at,
        'outcome', t.outcome, 'rating', t.rating, 'note', t.note, 'promised_on', t.promised_on,
        'promised_francs', t.promised_francs, 'put_off_until', t.put_off_until, 'agent_id', t.agent_id
    )
"""
"""What a task was, for its history: the fields of actions.change.STATE. `t` is the task."""

# Given `gone` (id, before) in the same WITH: tasks that are locked, in the order of their ids.
CLOSED = """
    closed AS (
        UPDATE tasks_task t
        SET status = 'done', outcome = 'cause_gone', note = %(note)s, completed_at = %(now)s, version = t.version + 1
        FROM gone
        WHERE t.site_id = %(site)s AND t.id = gone.id
        RETURNING t.id, t.version, gone.before
    ),
    written AS (
        INSERT INTO tasks_taskchange (site_id, task_id, key, request_digest, verb, before, version_after, at)
        SELECT %(site)s, id, %(gone)s || ':' || id || ':' || version, '', %(gone)s, before, version, %(now)s FROM closed
    )
    SELECT count(*) FROM closed
"""
