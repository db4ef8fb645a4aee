# ruff: noqa: E501 -- a list of synonyms reads better in one line
"""What files, columns and words may be called, in French and in English. Compared folded: no case, no accents."""

import re

from imports.values import folded

# File or sheet names, by table.
TABLES = {
    "properties": "properties property biens bien logements logement lots proprietes immeubles",
    "tenants": "tenants tenant locataires locataire",
    "contracts": "contracts contract contrats contrat baux bail leases",
    "instalments": "instalments instalment installments echeances echeance echeancier loyers quittances",
    "payments": "payments payment paiements paiement encaissements encaissement reglements reglement versements",
    "deposits": "deposits deposit cautions caution depots_de_garantie depots",
    "notices": "notices notice preavis conges conge",
    "litigations": "litigations litigation litiges litige contentieux disputes",
    "requests": "requests request service_requests demandes demande interventions reclamations",
    "interactions": "interactions interaction contacts echanges appels",
    "surveys": "surveys survey enquetes enquete avis satisfaction sondages",
}

_CONTRACT = "contract contrat contrat_n n_contrat no_contrat numero_contrat ref_contrat reference_contrat contract_reference bail ref_bail"
_TENANT = "tenant locataire code_locataire ref_locataire locataire_code tenant_code"
_PROPERTY = "property bien code_bien ref_bien logement lot bien_loue property_code"
_PHONE = "phone telephone tel portable mobile contact numero_de_telephone no_tel"
_EMAIL = "email e_mail mail courriel adresse_email adresse_mail"
_AMOUNT = "amount montant somme montant_gnf montant_xof montant_fcfa montant_cfa"
_AGENT = "agent gestionnaire charge_de_clientele commercial agent_responsable"
_STATUS = "status statut etat situation"
_STATE = "state etat statut status"
_KIND = "kind type nature genre categorie"


# Every column of a file: what it may be called. The first word is its own name; required ones are in REQUIRED.
COLUMNS: dict[str, dict[str, str]] = {
    "properties": {
        "code": "code code_bien ref_bien reference ref bien numero lot",
        "kind": f"{_KIND} type_de_bien type_bien",
        "address": "address adresse",
        "neighbourhood": "neighbourhood neighborhood quartier secteur zone",
        "owner_name": "owner_name owner proprietaire bailleur nom_proprietaire nom_du_proprietaire nom_bailleur concessionnaire",
        "owner_phone": "owner_phone telephone_proprietaire tel_proprietaire telephone_bailleur tel_bailleur telephone_du_proprietaire",
        "market_rent": "market_rent loyer_de_marche loyer_marche valeur_locative loyer",
        "status": _STATUS,
    },
    "tenants": {
        "code": "code code_locataire ref_locataire reference ref numero matricule",
        "name": "name nom nom_complet nom_et_prenom nom_et_prenoms prenom_et_nom nom_prenom nom_du_locataire locataire",
        "phone": _PHONE,
        "email": _EMAIL,
        "language": "language langue",
        "employment_status": "employment_status profession emploi situation_professionnelle statut_professionnel",
        "referred_by": "referred_by parrain recommande_par parraine_par",
        "joined_on": "joined_on date_entree date_d_entree client_depuis depuis date_arrivee inscrit_le",
    },
    "contracts": {
        "reference": "reference ref contrat contract numero n_contrat no_contrat numero_contrat ref_contrat bail n",
        "property": _PROPERTY,
        "tenant": _TENANT,
        "agent": _AGENT,
        "start_date": "start_date debut date_debut date_de_debut date_d_effet date_effet debut_du_bail entree",
        "end_date": "end_date fin date_fin date_de_fin echeance terme fin_du_bail date_echeance",
        "monthly_rent": "monthly_rent loyer loyer_mensuel rent montant_loyer loyer_mensuel_gnf",
        "payment_day": "payment_day jour_de_paiement jour_paiement jour",
        "deposit": "deposit deposit_amount caution depot_de_garantie depot garantie montant_caution",
        "advance_months": "advance_months avance mois_d_avance mois_avance avance_mois nombre_de_mois_d_avance",
        "status": _STATUS,
        "signed_on": "signed_on date_signature date_de_signature signe_le signature",
        "ended_on": "ended_on date_sortie date_de_sortie sorti_le resilie_le date_de_resiliation date_resiliation sortie",
        "renewal_of": "renewal_of renouvellement_de renouvelle remplace ancien_contrat",
    },
    "instalments": {
        "contract": _CONTRACT,
        "due_date": "due_date echeance date_echeance date_d_echeance date mois periode exigible_le",
        "amount": f"{_AMOUNT} loyer montant_du montant_loyer",
    },
    "payments": {
        "contract": _CONTRACT,
        "received_on": "received_on date date_paiement date_de_paiement recu_le date_reception encaisse_le date_d_encaissement date_versement",
        "amount": f"{_AMOUNT} montant_paye paye montant_recu montant_verse versement",
        "method": "method mode moyen mode_de_paiement moyen_de_paiement mode_paiement moyen_paiement mode_de_reglement",
        "provider": "provider operateur fournisseur",
        "reference": "reference ref reference_paiement transaction id_transaction numero_transaction n_transaction recu n_recu no_recu",
    },
    "deposits": {
        "contract": _CONTRACT,
        "state": _STATE,
        "refunded_amount": "refunded_amount montant_rendu montant_restitue rembourse montant_rembourse",
        "settled_on": "settled_on rendu_le restitue_le date_restitution date_de_restitution date solde_le",
    },
    "notices": {
        "contract": _CONTRACT,
        "kind": _KIND,
        "issued_on": "issued_on date date_emission emis_le remis_le date_de_remise date_preavis",
        "state": _STATE,
        "closed_on": "closed_on cloture_le date_cloture date_de_cloture clos_le",
    },
    "litigations": {
        "contract": _CONTRACT,
        "kind": f"{_KIND} motif objet",
        "opened_on": "opened_on ouvert_le date_ouverture date_d_ouverture date",
        "resolved_on": "resolved_on resolu_le regle_le date_resolution date_de_resolution clos_le date_cloture",
    },
    "requests": {
        "tenant": _TENANT,
        "property": _PROPERTY,
        "category": "category categorie type nature objet",
        "priority": "priority priorite urgence",
        "opened_on": "opened_on ouverte_le ouvert_le date date_demande date_ouverture",
        "closed_on": "closed_on close_le clos_le date_cloture terminee_le fait_le",
        "is_complaint": "is_complaint plainte reclamation complaint",
    },
    "interactions": {
        "tenant": _TENANT,
        "agent": _AGENT,
        "channel": "channel canal moyen type",
        "direction": "direction sens",
        "happened_at": "happened_at date date_heure date_et_heure quand le",
        "note": "note notes commentaire observation observations",
    },
    "surveys": {
        "tenant": _TENANT,
        "kind": f"{_KIND} enquete",
        "rating": "rating note score",
        "answered_on": "answered_on date repondu_le date_reponse",
        "comment": "comment commentaire remarque observations",
    },
}

REQUIRED = {
    "properties": {"code", "kind"},
    "tenants": {"code", "name"},
    "contracts": {"reference", "property", "tenant", "start_date", "monthly_rent"},
    "instalments": {"contract", "due_date", "amount"},
    "payments": {"contract", "received_on", "amount", "method"},
    "deposits": {"contract", "state"},
    "notices": {"contract", "kind", "issued_on"},
    "litigations": {"contract", "kind", "opened_on"},
    "requests": {"tenant", "property", "category", "opened_on"},
    "interactions": {"tenant", "channel", "happened_at"},
    "surveys": {"tenant", "kind", "rating", "answered_on"},
}


def _words(**values: str) -> dict[str, str]:
    return {word: value for value, words in values.items() for word in f"{value} {words}".split()}


# Words of the columns that take one of a few values, by table and column.
CHOICES: dict[tuple[str, str], dict[str, str]] = {
    ("properties", "kind"): _words(
        studio="chambre chambre_salon entrer_coucher",
        apartment="appartement appart apt flat f2 f3 f4 f5",
        house="maison villa concession duplex",
        shop="boutique magasin commerce local_commercial",
        office="bureau bureaux",
        land="terrain parcelle",
    ),
    ("properties", "status"): _words(
        lettable="a_louer louable disponible libre loue occupe vacant actif",
        under_works="travaux en_travaux renovation",
        withdrawn="retire hors_location indisponible vendu",
    ),
    ("tenants", "employment_status"): _words(
        salaried="salarie salariee employe employee prive secteur_prive",
        civil_servant="fonctionnaire public agent_de_l_etat",
        trader="commercant commercante commerce marchand",
        self_employed="independant independante liberal profession_liberale artisan entrepreneur",
        student="etudiant etudiante eleve",
        retired="retraite retraitee",
        unemployed="sans_emploi chomage chomeur sans",
        company="societe entreprise ong morale",
    ),
    ("tenants", "language"): _words(
        fr="francais french", en="anglais english", sus="soussou susu", fuf="pular peul poular pulaar",
        emk="malinke maninka mandingue", kqs="kissi",
    ),
    ("contracts", "status"): _words(
        draft="brouillon projet a_signer",
        active="actif en_cours en_vigueur valide",
        ended="termine fini echu expire clos",
        terminated="resilie rompu annule",
    ),
    ("payments", "method"): _words(
        cash="especes espece liquide comptant caisse",
        bank="banque virement virement_bancaire depot_bancaire transfert versement_bancaire",
        mobile="mobile_money mobilemoney om momo orange_money orange areeba mtn wave free free_money moov moov_money",
        cheque="cheque_bancaire check",
    ),
    ("deposits", "state"): _words(
        held="detenue detenu en_cours conservee",
        full="rendue rendu restituee integrale totale totalite complete restitue",
        partial="partielle partiel en_partie",
        withheld="retenue retenu non_rendue gardee",
    ),
    ("notices", "kind"): _words(
        to_quit="conge preavis depart depart_locataire preavis_de_depart conge_locataire",
        eviction="expulsion mise_en_demeure",
        repairs="travaux reparations reparation",
        renewal="renouvellement",
    ),
    ("notices", "state"): _words(
        pending="a_envoyer en_attente",
        sent="envoye envoyee remis remise notifie",
        acknowledged="accuse accuse_de_reception recu",
        signed="signe signee",
        expired="expire echu",
    ),
    ("litigations", "kind"): _words(
        payment="paiement impaye impayes loyer",
        damage="degradation degradations degats dommages",
        maintenance="entretien reparation reparations",
        other="autre autres",
    ),
    ("requests", "category"): _words(
        plumbing="plomberie", electricity="electricite courant", water="eau fuite", security="securite gardiennage",
        cleaning="menage nettoyage proprete", neighbours="voisinage voisins bruit",
        administration="administratif papiers", other="autre autres divers",
    ),
    ("requests", "priority"): _words(
        low="basse faible", normal="normale moyenne", high="haute elevee", urgent="urgente",
    ),
    ("interactions", "channel"): _words(
        call="appel telephone", sms="texto message", whatsapp="", visit="visite", office="bureau agence au_bureau",
    ),
    ("interactions", "direction"): {
        "in": "in", "entrant": "in", "recu": "in", "inbound": "in",
        "out": "out", "sortant": "out", "emis": "out", "outbound": "out",
    },
    ("surveys", "kind"): _words(nps="recommandation", satisfaction="contentement"),
}  # fmt: skip

# A method that names its operator says both.
PROVIDERS = {
    "om": "Orange", "orange": "Orange", "orange_money": "Orange", "areeba": "Areeba", "mtn": "MTN", "momo": "MTN",
    "wave": "Wave", "free": "Free", "free_money": "Free", "moov": "Moov", "moov_money": "Moov",
}  # fmt: skip


def table_named(name: str) -> str | None:
    """The table that a file or sheet of this name holds, or None."""
    # A browser calls a second download "tenants (1).csv".
    wanted = re.sub(r"_\d{1,3}$", "", folded(name))
    return next((table for table, names in TABLES.items() if wanted in names.split()), None)


def column_named(table: str, header: str) -> str | None:
    """The column that a header names in a table's file, or None."""
    wanted = folded(header)
    return next((column for column, names in COLUMNS[table].items() if wanted in names.split()), None)
