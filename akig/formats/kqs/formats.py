from akig.formats.fr.formats import *  # noqa: F403 -- numbers and dates are those of Guinea's French
