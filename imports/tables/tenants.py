"""Tenants."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import choice, date, phone, text, words
from imports.mistakes import kept, refers_to_itself, twice, unknown_tenant
from imports.table import FileColumn, Table
from leasing.models import Tenant
from sites_app.models import Site


class TenantRow(NamedTuple):
    code: str
    name: str
    phone: str | None = None
    phone_2: str | None = None
    email: str | None = None
    language: str | None = None
    employment_status: str | None = None
    referred_by: str | None = None  # code of another tenant
    joined_on: dt.date | None = None
    source: str = ""
    line: int = 0


LANGUAGES = words(
    fr="francais french",
    en="anglais english",
    sus="soussou susu",
    fuf="pular peul poular pulaar",
    emk="malinke maninka mandingue",
    kqs="kissi",
)
EMPLOYMENT = words(
    salaried="salarie salariee employe employee prive secteur_prive",
    civil_servant="fonctionnaire public agent_de_l_etat",
    trader="commercant commercante commerce marchand",
    self_employed="independant independante liberal profession_liberale artisan entrepreneur",
    student="etudiant etudiante eleve",
    retired="retraite retraitee",
    unemployed="sans_emploi chomage chomeur sans",
    company="societe entreprise ong morale",
)
COLUMNS = {
    "code": FileColumn(
        "code code_locataire ref_locataire reference ref numero matricule", french="code", read=text(40), required=True
    ),
    "name": FileColumn(
        "name nom nom_complet nom_et_prenom nom_et_prenoms prenom_et_nom nom_prenom nom_du_locataire locataire",
        french="nom", read=text(120), required=True,
    ),
    "phone": FileColumn(
        "phone telephone tel portable mobile contact numero_de_telephone no_tel", french="telephone", read=phone
    ),
    "phone_2": FileColumn(
        "phone_2 telephone_2 tel_2 portable_2 autre_telephone second_telephone", french="telephone_2", read=phone
    ),
    "email": FileColumn("email e_mail mail courriel adresse_email adresse_mail", french="email", read=text(254)),
    "language": FileColumn("language langue", french="langue", read=choice(LANGUAGES)),
    "employment_status": FileColumn(
        "employment_status profession emploi situation_professionnelle statut_professionnel",
        french="profession", read=choice(EMPLOYMENT),
    ),
    "referred_by": FileColumn("referred_by parrain recommande_par parraine_par", french="parrain", read=text(40)),
    "joined_on": FileColumn(
        "joined_on date_entree date_d_entree client_depuis depuis date_arrivee inscrit_le",
        french="client_depuis", read=date,
    ),
}  # fmt: skip

_MATCH = """
    UPDATE import_tenants s SET known_id = k.id FROM leasing_tenant k
    WHERE k.site_id = %(site)s AND k.code = s.code
"""

_OTHER_NAME = """
    SELECT s.source, s.line, 'name', s.name, t.name
    FROM import_tenants s JOIN leasing_tenant t ON t.site_id = %(site)s AND t.id = s.known_id WHERE s.name <> t.name
"""

_INSERT = """
    INSERT INTO leasing_tenant
        (id, site_id, code, name, phone, phone_2, email, language, employment_status, referred_by_id, joined_on)
    SELECT t.id, %(site)s, t.code, t.name, coalesce(t.phone, ''), coalesce(t.phone_2, ''), coalesce(t.email, ''),
        coalesce(t.language, ''), coalesce(t.employment_status, ''), coalesce(known.id, new.id), t.joined_on
    FROM import_tenants t
    LEFT JOIN leasing_tenant known ON known.site_id = %(site)s AND known.code = t.referred_by
    LEFT JOIN import_tenants new ON new.code = t.referred_by
    WHERE t.known_id IS NULL ORDER BY t.seq
"""


def _export(site: Site) -> QuerySet:
    return (
        Tenant.objects.filter(site=site)
        .order_by("code")
        .values_list(
            "code",
            "name",
            "phone",
            "phone_2",
            "email",
            "language",
            "employment_status",
            "referred_by__code",
            "joined_on",
        )
    )


TENANTS = Table(
    name="tenants",
    french="locataires",
    called="tenants tenant locataires locataire",
    label=_("Tenants"),
    model=Tenant,
    row=TenantRow,
    columns=COLUMNS,
    match=(_MATCH,),
    mistakes=(
        twice("tenants", "code"),
        unknown_tenant("tenants", "referred_by"),
        refers_to_itself("tenants", "referred_by", "code"),
    ),
    remarks=(kept(_OTHER_NAME),),
    takes_room=True,
    insert=_INSERT,
    export=_export,
)
