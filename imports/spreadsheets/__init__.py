"""Workbooks and archives of strangers, opened in a child process with little memory and little time.

Only `apart` belongs to the web process. Nothing here knows Django: the child has to start fast and stay small.
"""
