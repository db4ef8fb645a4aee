"""From an agency's spreadsheets to its rows: read (sources), check (validate), load, in one transaction."""
