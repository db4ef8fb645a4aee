"""Each cause that the records judge once more, by hand: a file for each, of its name.

A file has `begin` and FIRST (its first day), GONE (what makes it go), WORDS (what it says in English and French), and
`expected`: the rule of docs/formulas/task-causes.md in plain loops over every row.
"""

from importlib import import_module

from tasks.causes import judged

# A cause without a file here fails the tests of all.
BY_HAND = {name: import_module(f"{__name__}.{name}") for name in judged.NAMES}
