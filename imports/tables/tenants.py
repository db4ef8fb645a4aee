"""Tenants."""

import datetime as dt
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, date, phones, text
from imports.choices import words
from imports.mistakes import kept, refers_to_itself, twice, unknown_tenant
from imports.names import put_names_together
from imports.table import FileColumn, LineRead, Table
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
    fr="français / french",
    en="anglais / english",
    sus="soussou / susu",
    fuf="pular peul poular pulaar / fula",
    emk="malinké maninka mandingue / mandinka",
    kqs="kissi",
)
EMPLOYMENT = words(
    salaried="salarié employé cadre ouvrier privé secteur_privé / employee full_time part_time",
    civil_servant="fonctionnaire public agent_de_l_état enseignant militaire / government public_sector",
    trader="commerçant commerce marchand / merchant shopkeeper",
    self_employed="indépendant libéral profession_libérale artisan entrepreneur / freelance craftsman contractor",
    student="étudiant élève",
    retired="retraité / pensioner",
    unemployed="sans_emploi chômage chômeur sans / jobless none",
    company="société entreprise ong morale / firm ngo business",
)
COLUMNS = {
    "code": FileColumn(
        "code code_locataire ref_locataire reference ref numero matricule", french="code", read=text(40), required=True
    ),
    "name": FileColumn(
        "name nom nom_complet nom_et_prenom nom_et_prenoms prenom_et_nom nom_prenom nom_prenoms nom_du_locataire"
        " locataire nom_de_famille nom_famille nom_patronymique family_name last_name surname full_name tenant_name",
        french="nom", read=text(120), required=True,
    ),
    "phone": FileColumn(
        "phone telephone tel portable mobile contact numero_de_telephone no_tel phone_1 telephone_1 tel_1 portable_1"
        " telephone_portable telephone_mobile mobile_phone cell cell_phone phone_number gsm",
        french="téléphone", read=phones, several=True,
    ),
    "phone_2": FileColumn(
        "phone_2 telephone_2 tel_2 portable_2 autre_telephone second_telephone mobile_2 whatsapp numero_whatsapp"
        " telephone_fixe fixe home_phone work_phone other_phone phone_3 telephone_3 tel_3 portable_3",
        french="téléphone 2", read=phones, several=True,
    ),
    "email": FileColumn("email e_mail mail courriel adresse_email adresse_mail", french="email", read=text(254)),
    "language": FileColumn("language langue", french="langue", read=OneOf(LANGUAGES)),
    "employment_status": FileColumn(
        "employment_status profession emploi situation_professionnelle statut_professionnel",
        french="profession", read=OneOf(EMPLOYMENT),
    ),
    "referred_by": FileColumn("referred_by parrain recommande_par parraine_par", french="parrain", read=text(40)),
    "joined_on": FileColumn(
        "joined_on date_entree date_d_entree client_depuis depuis date_arrivee inscrit_le",
        french="client depuis", read=date,
    ),
}  # fmt: skip
BESIDES = {
    "first_name": FileColumn(
        "first_name prenom prenoms prenom_s prenom_du_locataire given_name given_names forename",
        french="prénom",
        read=text(120),
    ),
}

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


def _put_together(line: LineRead) -> None:
    put_names_together(line, "name", "first_name")
    numbers = list(dict.fromkeys([*line.cells.pop("phone", []), *line.cells.pop("phone_2", [])]))
    for column, number in zip(("phone", "phone_2"), numbers, strict=False):
        line.cells[column] = number
    if numbers[2:]:
        line.remark("phone", gettext("Two numbers are kept of a tenant: the third one is left out."))


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
    example={
        "name": "Mamadou Saliou DIALLO",
        "phone": "620 12 34 56",
        "phone_2": "664 00 11 22",
        "email": "saliou@example.org",
        "language": "fr",
        "employment_status": "trader",
        "joined_on": dt.date(2026, 1, 1),
    },
    besides=BESIDES,
    complete=_put_together,
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
