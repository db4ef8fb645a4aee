"""Our way of forecasting tried on other people's data: a CSV file, in a process of its own.

No Django here: it also runs in the environment of `make evaluate`, which has what we are held against and nothing else.
"""
