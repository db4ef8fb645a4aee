"""Properties, with their owners."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imports.cells import OneOf, amount, phone, text
from imports.choices import words
from imports.columns import KIND, STATUS
from imports.mistakes import kept, refers_to_itself, twice, unknown_property
from imports.names import put_names_together
from imports.table import FileColumn, LineRead, Table
from imports.writing import Writing
from leasing.models import Property
from sites_app.models import Site


class PropertyRow(NamedTuple):
    code: str
    kind: str
    address: str | None = None
    neighbourhood: str | None = None
    owner_name: str | None = None
    owner_phone: str | None = None
    market_rent: int | None = None
    status: str | None = None
    part_of: str | None = None  # code of another property
    source: str = ""
    line: int = 0


KINDS = words(
    studio="studio chambre_salon entrer_coucher t1 f1 / bedsit studio_apartment",
    room="chambre pièce / bedroom single_room",
    parking="parking place_de_parking garage box stationnement / parking_space car_park",
    apartment="appartement appart apt t2 t3 t4 t5 f2 f3 f4 f5 / flat condo unit multi_family",
    house="maison villa concession duplex pavillon / single_family townhouse bungalow home",
    shop="boutique magasin commerce local_commercial kiosque / store retail commercial",
    office="bureau / offices workspace",
    land="terrain parcelle / plot lot",
)
STATES = words(
    lettable="à_louer louable disponible libre loué occupé vacant actif / available rented occupied let leased active",
    under_works="travaux en_travaux rénovation / renovation maintenance being_repaired",
    withdrawn="retiré hors_location indisponible vendu inactif / unavailable sold inactive archived",
)
COLUMNS = {
    "code": FileColumn(
        "code code_bien ref_bien reference ref bien numero lot", french="code", read=text(40), required=True
    ),
    "kind": FileColumn(f"{KIND} type_de_bien type_bien", french="type", read=OneOf(KINDS), required=True),
    "address": FileColumn("address adresse", french="adresse", read=text(200)),
    "neighbourhood": FileColumn(
        "neighbourhood neighborhood quartier secteur zone", french="quartier", read=text(80)
    ),
    "owner_name": FileColumn(
        "owner_name owner proprietaire bailleur nom_proprietaire nom_du_proprietaire nom_bailleur concessionnaire"
        " landlord",
        french="propriétaire", read=text(120),
    ),
    "owner_phone": FileColumn(
        "owner_phone telephone_proprietaire tel_proprietaire telephone_bailleur tel_bailleur telephone_du_proprietaire",
        french="téléphone propriétaire", read=phone,
    ),
    "market_rent": FileColumn(
        "market_rent loyer_de_marche loyer_marche valeur_locative loyer", french="valeur locative", read=amount
    ),
    "status": FileColumn(STATUS, french="statut", read=OneOf(STATES)),
    "part_of": FileColumn("part_of partie_de dependance_de fait_partie_de", french="partie de", read=text(40)),
}  # fmt: skip
BESIDES = {
    "owner_first_name": FileColumn(
        "owner_first_name prenom_proprietaire prenoms_proprietaire prenom_du_proprietaire prenom_bailleur",
        french="prénom propriétaire", read=text(120),
    ),
}  # fmt: skip

_MATCH = """
    UPDATE import_properties s SET known_id = k.id FROM leasing_property k
    WHERE k.site_id = %(site)s AND k.code = s.code
"""

_OTHER_RENT = """
    SELECT s.source, s.line, 'market_rent', s.market_rent::text, p.market_rent::text
    FROM import_properties s JOIN leasing_property p ON p.site_id = %(site)s AND p.id = s.known_id
    WHERE s.market_rent <> p.market_rent
"""

# An owner named without a phone is the one owner of that name, when there is exactly one.
_OWNER_OF_NAME_ALONE = """
    UPDATE import_properties p SET owner_phone = known.phone
    FROM (
        SELECT name, min(phone) AS phone FROM (
            SELECT owner_name AS name, owner_phone AS phone FROM import_properties WHERE owner_phone <> ''
            UNION SELECT name, phone FROM leasing_owner WHERE site_id = %(site)s
        ) every_owner GROUP BY name HAVING count(*) = 1
    ) known
    WHERE p.owner_name = known.name AND coalesce(p.owner_phone, '') = ''
"""

_OWNERS = """
    INSERT INTO leasing_owner (site_id, name, phone, email)
    SELECT %(site)s, owner_name, coalesce(owner_phone, ''), ''
    FROM import_properties WHERE owner_name <> '' AND known_id IS NULL
    GROUP BY owner_name, coalesce(owner_phone, '') ORDER BY min(seq)
    ON CONFLICT (site_id, name, phone) DO NOTHING
"""

_INSERT = """
    INSERT INTO leasing_property
        (id, site_id, code, kind, address, neighbourhood, owner_id, market_rent, status, part_of_id)
    SELECT p.id, %(site)s, p.code, p.kind, coalesce(p.address, ''), coalesce(p.neighbourhood, ''), o.id,
        p.market_rent, coalesce(p.status, 'lettable'), coalesce(known.id, whole.id)
    FROM import_properties p
    LEFT JOIN leasing_owner o
        ON o.site_id = %(site)s AND o.name = p.owner_name AND o.phone = coalesce(p.owner_phone, '')
    LEFT JOIN leasing_property known ON known.site_id = %(site)s AND known.code = p.part_of
    LEFT JOIN import_properties whole ON whole.code = p.part_of
    WHERE p.known_id IS NULL ORDER BY p.seq
"""


def _whole_name(line: LineRead) -> None:
    put_names_together(line, "owner_name", "owner_first_name")
    if line.cells.get("owner_phone") and not line.cells.get("owner_name"):
        line.remark("owner_phone", gettext("The owner’s phone is left out: their name is missing."))


def _owners(writing: Writing) -> int:
    return writing.run(_OWNER_OF_NAME_ALONE, _OWNERS)


def _export(site: Site) -> QuerySet:
    return (
        Property.objects.filter(site=site)
        .order_by("code")
        .values_list(
            "code", "kind", "address", "neighbourhood", "owner__name", "owner__phone", "market_rent", "status",
            "part_of__code",
        )
    )  # fmt: skip


PROPERTIES = Table(
    name="properties",
    french="biens",
    called="properties property biens bien logements logement lots proprietes immeubles",
    label=_("Properties"),
    model=Property,
    row=PropertyRow,
    columns=COLUMNS,
    example={
        "kind": "apartment",
        "address": "Rue KA 012",
        "neighbourhood": "Kipé",
        "owner_name": "Mory CONDÉ",
        "owner_phone": "620 11 11 11",
        "market_rent": 1_500_000,
        "status": "lettable",
    },
    besides=BESIDES,
    complete=_whole_name,
    match=(_MATCH,),
    mistakes=(
        twice("properties", "code"),
        unknown_property("properties", "part_of"),
        refers_to_itself("properties", "part_of", "code"),
    ),
    remarks=(kept(_OTHER_RENT),),
    takes_room=True,
    before_insert=_owners,
    insert=_INSERT,
    export=_export,
)
