from screens.declarations import Declaration

DECLARATION = Declaration(administration={"outbox": 90})
