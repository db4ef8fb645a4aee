"""What an agency's files may look like, for the page that takes them."""

from dataclasses import dataclass
from pathlib import Path

from imports.headers import COLUMNS, REQUIRED, TABLES, table_named

# How the page names files and columns to who does not read English: each is one of the import's own synonyms.
FRENCH_FILES = {
    "properties": "biens", "tenants": "locataires", "contracts": "contrats", "instalments": "echeances",
    "payments": "paiements", "deposits": "cautions", "notices": "preavis", "litigations": "litiges",
    "requests": "demandes", "interactions": "contacts", "surveys": "enquetes",
}  # fmt: skip
FRENCH_COLUMNS = {
    "properties": {
        "code": "code", "kind": "type", "address": "adresse", "neighbourhood": "quartier",
        "owner_name": "proprietaire", "owner_phone": "telephone_proprietaire", "market_rent": "valeur_locative",
        "status": "statut",
    },
    "tenants": {
        "code": "code", "name": "nom", "phone": "telephone", "email": "email", "language": "langue",
        "employment_status": "profession", "referred_by": "parrain", "joined_on": "client_depuis",
    },
    "contracts": {
        "reference": "contrat", "property": "bien", "tenant": "locataire", "agent": "gestionnaire",
        "start_date": "debut", "end_date": "fin", "monthly_rent": "loyer", "payment_day": "jour_de_paiement",
        "deposit": "caution", "advance_months": "mois_avance", "status": "statut", "signed_on": "date_signature",
        "ended_on": "date_sortie", "renewal_of": "renouvellement_de",
    },
    "instalments": {"contract": "contrat", "due_date": "echeance", "amount": "montant"},
    "payments": {
        "contract": "contrat", "received_on": "date", "amount": "montant", "method": "mode", "provider": "operateur",
        "reference": "reference",
    },
    "deposits": {"contract": "contrat", "state": "etat", "refunded_amount": "montant_rendu", "settled_on": "rendu_le"},
    "notices": {
        "contract": "contrat", "kind": "type", "issued_on": "emis_le", "state": "etat", "closed_on": "cloture_le",
    },
    "litigations": {
        "contract": "contrat", "kind": "motif", "opened_on": "ouvert_le", "resolved_on": "resolu_le",
    },
    "requests": {
        "tenant": "locataire", "property": "bien", "category": "categorie", "priority": "priorite",
        "opened_on": "ouverte_le", "closed_on": "close_le", "is_complaint": "plainte",
    },
    "interactions": {
        "tenant": "locataire", "agent": "gestionnaire", "channel": "canal", "direction": "sens",
        "happened_at": "date_heure", "note": "note",
    },
    "surveys": {
        "tenant": "locataire", "kind": "enquete", "rating": "note", "answered_on": "date", "comment": "commentaire",
    },
}  # fmt: skip


@dataclass(frozen=True)
class FileShape:
    """A file that an import takes: its table, its name without an ending, and its columns."""

    table: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


def described_tables(language: str) -> list[FileShape]:
    """Each file that an import takes, in English for English readers and in French for everybody else."""
    english = _is_english(language)
    shapes = []
    for table in TABLES:
        names = {column: column if english else FRENCH_COLUMNS[table][column] for column in COLUMNS[table]}
        shapes.append(
            FileShape(
                table,
                table if english else FRENCH_FILES[table],
                tuple(name for column, name in names.items() if column in REQUIRED[table]),
                tuple(name for column, name in names.items() if column not in REQUIRED[table]),
            )
        )
    return shapes


def column_in(language: str, source: str, column: str) -> str:
    """A column's name for readers of a language; the source, "agence.xlsx · Biens", says whose column it is."""
    if _is_english(language):
        return column
    file, _dot, sheet = source.rpartition(" · ")
    table = table_named(sheet) or table_named(Path(sheet).stem) or table_named(Path(file).stem)
    return FRENCH_COLUMNS[table].get(column, column) if table else column


def _is_english(language: str) -> bool:
    return language.startswith("en")
