"""Who may open which address, by which methods, as the apps declare it. One that is missing fails the suite."""

from akig.declared import addresses

TABLE = addresses()
