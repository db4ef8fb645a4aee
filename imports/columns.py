# ruff: noqa: E501 -- a list of synonyms reads better in one line
"""Columns that several files have, and words that several headings share."""

from imports.cells import text
from imports.table import FileColumn

CONTRACT = FileColumn(
    "contract contrat contrat_n n_contrat no_contrat numero_contrat ref_contrat reference_contrat contract_reference bail ref_bail",
    french="contrat", read=text(40), required=True,
)  # fmt: skip
TENANT = FileColumn(
    "tenant locataire code_locataire ref_locataire locataire_code tenant_code",
    french="locataire", read=text(40), required=True,
)  # fmt: skip
PROPERTY = FileColumn(
    "property bien code_bien ref_bien logement lot bien_loue property_code",
    french="bien", read=text(40), required=True,
)  # fmt: skip
AGENT = FileColumn(
    "agent gestionnaire charge_de_clientele commercial agent_responsable",
    french="gestionnaire", read=text(254),
)  # fmt: skip
FORMER_AGENT = FileColumn(
    "former_agent ancien_gestionnaire gestionnaire_parti", french="ancien gestionnaire", read=text(150)
)

AMOUNT = "amount montant somme"
STATUS = "status statut etat situation"
STATE = "state etat statut status"
KIND = "kind type nature genre categorie"
