"""Owners. A file of properties names them too: here are those without a property, and their e-mails."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from imports.cells import phone, text
from imports.mistakes import twice
from imports.table import FileColumn, Table
from leasing.models import Owner
from sites_app.models import Site


class OwnerRow(NamedTuple):
    name: str
    phone: str | None = None
    email: str | None = None
    source: str = ""
    line: int = 0


COLUMNS = {
    "name": FileColumn(
        "name nom nom_complet proprietaire bailleur nom_proprietaire nom_bailleur", french="nom", read=text(120),
        required=True,
    ),
    "phone": FileColumn("phone telephone tel portable mobile contact", french="téléphone", read=phone),
    "email": FileColumn("email e_mail mail courriel adresse_email", french="email", read=text(254)),
}  # fmt: skip

_MATCH = """
    UPDATE import_owners s SET known_id = k.id FROM leasing_owner k
    WHERE k.site_id = %(site)s AND k.name = s.name AND k.phone = coalesce(s.phone, '')
"""
_INSERT = """
    INSERT INTO leasing_owner (id, site_id, name, phone, email)
    SELECT id, %(site)s, name, coalesce(phone, ''), coalesce(email, '') FROM import_owners
    WHERE known_id IS NULL ORDER BY seq
"""


def _export(site: Site) -> QuerySet:
    return Owner.objects.filter(site=site).order_by("name", "phone").values_list("name", "phone", "email")


OWNERS = Table(
    name="owners",
    french="proprietaires",
    called="owners owner proprietaires proprietaire bailleurs bailleur",
    label=_("Owners"),
    model=Owner,
    row=OwnerRow,
    columns=COLUMNS,
    example={"phone": "620 00 00 00"},
    match=(_MATCH,),
    mistakes=(twice("owners", "name, coalesce(phone, '')", column="name"),),
    insert=_INSERT,
    export=_export,
)
