"""What a cell means where spreadsheets and other programs write it in their own way."""

import datetime as dt
import io
import zoneinfo

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from imports import values
from imports.choices import choice
from imports.headings import column_in, column_named, currency_named
from imports.methods import METHODS, PROVIDERS, HowPaid, how_paid
from imports.read import SheetReader
from imports.run import run_import
from imports.sources import open_sources
from imports.tables import TABLES
from leasing.models import Instalment, Payment, Property, Tenant
from screens import amounts
from screens.written import BadValue
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.usefixtures("in_english")

CONAKRY = zoneinfo.ZoneInfo("Africa/Conakry")
TODAY = dt.date(2026, 11, 23)


def read(name, *lines, currency="GNF"):
    [sheet] = open_sources([(f"{name}.csv", "\n".join(lines).encode())])
    reader = SheetReader(sheet, country="GN", timezone=CONAKRY, currency=currency)
    return list(reader.rows()), reader


def refused(reader):
    return [(p.line, p.column, p.value) for p in reader.problems.listed]


# --- amounts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "francs"),
    [
        (1375000.0000000002, 1_375_000),
        (1374999.9999999998, 1_375_000),
        ("1375000.0000000002", 1_375_000),
        ("1374999,9999999998", 1_375_000),
        ("1,375,000.000000000233", 1_375_000),
        (0.1 + 0.2 - 0.3, 0),
        (-1e-12, 0),
        (3 * 458_333.33333333337, 1_375_000),
    ],
)
def test_a_spreadsheets_own_rounding_is_the_whole_franc(written, francs):
    assert amounts.amount(written, "GNF") == francs


@pytest.mark.parametrize(
    "written", [1375000.01, 1375000.25, "1375000.01", "1375000,2500000", "1000000000.25", 0.5, "0.500", "1500.000", 0.3]
)
def test_real_centimes_are_refused(written):
    with pytest.raises(BadValue, match=r"centimes|not an amount"):
        amounts.amount(written, "GNF")


@given(st.integers(1, 10**9), st.integers(1, 200))
def test_a_sum_of_equal_parts_is_the_franc_that_it_is_of(francs, parts):
    assert amounts.amount(sum([francs / parts] * parts), "GNF") == francs


@given(st.integers(0, 10**11), st.integers(1, 99))
def test_no_centime_is_ever_rounded_away(francs, centimes):
    for written in (francs + centimes / 100, f"{francs}.{centimes:02d}", f"{francs},{centimes:02d}"):
        with pytest.raises(BadValue):
            amounts.amount(written, "GNF")


OWN = {"GNF": ["GNF", "FG", "gnf", "francs guinéens"], "XOF": ["XOF", "FCFA", "F CFA", "F.CFA", "CFA", "francs CFA"]}


@pytest.mark.parametrize("currency", ["GNF", "XOF"])
def test_the_sites_own_currency_and_bare_francs_are_read_and_all_others_refused(currency):
    other = {"GNF": "XOF", "XOF": "GNF"}[currency]
    for word in [*OWN[currency], "F", "Fr", "francs"]:
        assert amounts.amount(f"150 000 {word}", currency) == 150_000
        assert amounts.amount(f"{word} 150000", currency) == 150_000
    for word in [*OWN[other], "$", "€", "£", "USD", "EUR", "euros", "XAF"]:
        for written in (f"150 000 {word}", f"{word}150000"):
            with pytest.raises(BadValue, match=f"another currency.*that of the site is {currency}"):
                amounts.amount(written, currency)


@pytest.mark.parametrize("written", ["1,5 M", "1.5 millions", "500 k", "2 millions GNF", "1,5M"])
def test_millions_are_asked_for_in_figures(written):
    with pytest.raises(BadValue, match="in figures"):
        amounts.amount(written, "GNF")


@pytest.mark.parametrize("written", ["150 000 abc", "abc 150 000", "150 000 par mois", "15 loyers"])
def test_an_amount_with_any_other_words_is_refused(written):
    with pytest.raises(BadValue):
        amounts.amount(written, "GNF")


@pytest.mark.parametrize("dash", ["-", "–", "—", " - ", "- GNF", "-   FG", "F -"])
def test_an_accountants_dash_is_an_empty_cell(dash):
    rows, reader = read("biens", "code;type;valeur locative", f"B-1;Villa;{dash}")
    assert (rows[0].market_rent, refused(reader)) == (None, [])
    rows, reader = read("paiements", "contrat;date;montant;mode", f"C-1;05/01/2026;{dash};cash")
    assert (rows, refused(reader)) == ([], [(2, "amount", values.as_text(dash))])
    assert reader.problems.listed[0].reason == "This cell must not be empty."


@pytest.mark.parametrize(
    "heading", ["loyer_mensuel_gnf", "Loyer (GNF)", "Loyer en FG", "Montant du loyer (F)", "LOYER GNF"]
)
def test_a_heading_may_name_the_sites_currency(heading):
    head = f"contrat;bien;locataire;debut;{heading}"
    rows, reader = read("contrats", head, "C-1;B-1;T-1;01/01/2026;700 000")
    assert (rows[0].monthly_rent, refused(reader)) == (700_000, [])
    with translation.override("en"):
        rows, reader = read("contrats", head, "C-1;B-1;T-1;01/01/2026;700 000", currency="XOF")
    assert bool(refused(reader)) == (heading != "Montant du loyer (F)")


@pytest.mark.parametrize(
    ("table", "heading", "column", "currency"),
    [
        ("payments", "montant_fcfa", "amount", "FCFA"),
        ("payments", "Montant en FCFA", "amount", "FCFA"),
        ("payments", "Montant payé (€)", "amount", "€"),
        ("contracts", "Rent (XOF)", "monthly_rent", "XOF"),
        ("contracts", "Loyer USD", "monthly_rent", "USD"),
        ("contracts", "Solde (F CFA)", "opening_balance", "F CFA"),
    ],
)
def test_a_heading_that_names_another_currency_is_refused_with_its_column(table, heading, column, currency):
    assert column_named(table, heading) == column
    assert currency_named(table, column, heading) == currency
    heads = {"payments": "contrat;date;mode", "contracts": "contrat;bien;locataire;debut"}[table]
    if column == "opening_balance":
        heads += ";loyer"
    _rows, reader = read(table, f"{heads};{heading}")
    assert refused(reader) == [(1, column, heading)]
    assert "that of the site is GNF" in reader.problems.listed[0].reason


def test_a_heading_without_money_takes_no_currency_off():
    assert column_named("tenants", "Nom F") is None
    assert column_named("contracts", "Type GNF") is None


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "method", "provider", "number"),
    [
        ("bank_transfer", "bank", "", ""),
        ("wire", "bank", "", ""),
        ("Wire transfer", "bank", "", ""),
        ("transfer", "bank", "", ""),
        ("Virement Ecobank", "bank", "ECOBANK", ""),
        ("Prélèvement", "bank", "", ""),
        ("ACH", "bank", "", ""),
        ("Credit card", "bank", "", ""),
        ("Orange Money", "mobile", "Orange", ""),
        ("OM", "mobile", "Orange", ""),
        ("O.M.", "mobile", "Orange", ""),
        ("momo", "mobile", "MTN", ""),
        ("MoMo MTN", "mobile", "MTN", ""),
        ("mobile money (Orange)", "mobile", "Orange", ""),
        ("Paiement mobile", "mobile", "", ""),
        ("Transfert Orange Money", "mobile", "Orange", ""),
        ("Wave Sénégal", "mobile", "Wave", ""),
        ("check", "cheque", "", ""),
        ("chq", "cheque", "", ""),
        ("Chèque n° 123", "cheque", "", "123"),
        ("Chèque BOA N°AB77", "cheque", "BOA", "AB77"),
        ("espèce(s)", "cash", "", ""),
        ("Espèces", "cash", "", ""),
        ("Versement espèces", "cash", "", ""),
        ("Cash payment", "cash", "", ""),
    ],
)
def test_methods_as_people_and_other_programs_write_them(written, method, provider, number):
    assert how_paid(written) == HowPaid(method, provider, number)


@pytest.mark.parametrize(
    "written",
    ["troc", "espèces et virement", "Orange Money ou MTN", "chèque impayé", "dépôt", "cfa", "paiement", "12", ""],
)
def test_a_method_that_is_not_clear_is_none(written):
    assert how_paid(written) is None


@given(st.sampled_from(sorted(PROVIDERS)), st.sampled_from(["", "Mobile money ", "Paiement ", "transfert via "]))
def test_an_operator_behind_any_usual_words_is_mobile_money_of_that_operator(operator, before):
    assert how_paid(before + operator) == HowPaid("mobile", PROVIDERS[operator])


@given(
    st.lists(st.sampled_from([w for ws in METHODS.french.values() for w in ws] + ["x", "n°", "12", "de"]), max_size=5)
)
def test_a_method_is_the_only_one_that_its_words_name_or_none(words):
    found = how_paid(" ".join(words))
    if found:
        assert found.method in METHODS.french
        assert "x" not in words


def test_number_and_operator_of_a_method_are_kept_and_what_is_not_is_said():
    rows, reader = read(
        "paiements",
        "contrat;date;montant;mode;operateur;reference",
        "C-1;05/01/2026;5;Chèque BOA n° 123;;",
        "C-1;05/01/2026;5;Chèque n° 123;;R-1",
        "C-1;05/01/2026;5;Chèque n° 123;;chq 123",
        "C-1;05/01/2026;5;Orange Money;MTN;OM-1",
    )
    assert [(row.provider, row.reference) for row in rows] == [("BOA", "123"), (None, "R-1"), (None, "chq 123")]
    assert [(p.line, p.column) for p in reader.remarks.listed] == [(3, "method")]
    assert refused(reader) == [(5, "provider", "MTN")]


def test_which_service_charge_it_is_goes_into_the_label():
    head = "contrat;echeance;montant;type;libelle"
    lines = ["électricité;", "Eau;", "charges;", "loyer;", "eau;Seeg mars"]
    rows, _reader = read("echeances", head, *[f"C-1;05/01/2026;5;{line}" for line in lines])
    assert [(row.kind, row.label) for row in rows] == [
        ("service", "électricité"),
        ("service", "Eau"),
        ("service", ""),
        ("rent", ""),
        ("service", "Seeg mars"),
    ]


def test_every_word_that_a_refusal_lists_is_taken_in_any_form():
    for table in TABLES.values():
        for column in table.columns.values():
            words = getattr(column.read, "words", None)
            for value in words.french if words else ():
                for word in (*words.french[value], *words.english[value]):
                    assert {words.get(word), words.get(word.upper())} == {value}
                    if len(word.split()[-1]) > 4 and not word.endswith("s"):
                        assert words.get(f"{word}s") == value
                    assert word in words.listed()
            assert words is None or len(words.listed()) < 700, (table.name, len(words.listed()))


@pytest.mark.parametrize("word", ["salarié", "Salariée", "SALARIES", "salariées", "employee"])
def test_he_or_she_one_or_many(word):
    assert choice(word, TABLES["tenants"].columns["employment_status"].read.words) == "salaried"


# --- names, phones, hours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "cells", "name"),
    [
        ("Nom;Prénom", "DIALLO;Mamadou Saliou", "Mamadou Saliou DIALLO"),
        ("Prénoms;Nom de famille", "Mamadou Saliou;DIALLO", "Mamadou Saliou DIALLO"),
        ("Nom;Prénom(s)", "DIALLO;Mamadou Saliou", "Mamadou Saliou DIALLO"),
        ("Last name;First name", "DIALLO;Mamadou Saliou", "Mamadou Saliou DIALLO"),
        ("Surname;Given names", "DIALLO;Mamadou Saliou", "Mamadou Saliou DIALLO"),
        ("Nom;Prénom", "Mamadou Saliou DIALLO;", "Mamadou Saliou DIALLO"),
        ("Nom complet;Prénom", "DIALLO Mamadou Saliou;Mamadou Saliou", "DIALLO Mamadou Saliou"),
        ("Nom;Prénom", "Camara;Camara", "Camara Camara"),
        ("Nom;Téléphone", "Mamadou Saliou DIALLO;", "Mamadou Saliou DIALLO"),
    ],
)
def test_a_name_in_two_columns_is_first_names_then_family_name(heads, cells, name):
    [row], _reader = read("locataires", f"code;{heads}", f"T-1;{cells}")
    assert row.name == name


def test_a_name_in_two_columns_that_does_not_fit_is_refused():
    rows, reader = read("locataires", "code;nom;prénom", f"T-1;{'D' * 80};{'M' * 60}")
    assert (rows, [column for _line, column, _value in refused(reader)]) == ([], ["name"])


def test_an_owner_may_have_a_first_name_too():
    [row], _reader = read("biens", "code;type;propriétaire;prénom propriétaire", "B-1;Villa;CONDÉ;Mory")
    assert row.owner_name == "Mory CONDÉ"


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("Téléphone 1;Téléphone 2", "620 12 34 56;664 00 11 22"),
        ("Tel;Portable", "620 12 34 56;664 00 11 22"),
        ("Mobile;WhatsApp", "620 12 34 56;664 00 11 22"),
        ("Téléphone", "620 12 34 56 / 664 00 11 22"),
        ("Téléphone", "620 12 34 56 ou +224 664 00 11 22"),
        ("Téléphone;Portable", "620 12 34 56;620 12 34 56 / 664001122"),
    ],
)
def test_two_phones_are_both_kept(heads, cells):
    [row], reader = read("locataires", f"code;nom;{heads}", f"T-1;Bah;{cells}")
    assert (row.phone, row.phone_2) == ("+224620123456", "+224664001122")
    assert reader.remarks.count == 0


def test_a_third_phone_and_an_owners_second_are_a_remark():
    head = "code;nom;tel;portable"
    [row], reader = read("locataires", head, "T-1;Bah;620 12 34 56 / 664 00 11 22;655 00 11 22")
    assert (row.phone, row.phone_2) == ("+224620123456", "+224664001122")
    assert "the third one" in reader.remarks.listed[0].reason
    [home], reader = read(
        "biens", "code;type;nom proprietaire;tel proprietaire", "B-1;Villa;Bah;620 12 34 56 / 664 00 11 22"
    )
    assert (home.owner_phone, reader.remarks.count) == ("+224620123456", 1)


@pytest.mark.parametrize("second", ["12", "abc", "57 /"])
def test_of_two_phones_a_bad_one_refuses_the_cell(second):
    rows, reader = read("locataires", "code;nom;tel", f"T-1;Bah;620 12 34 56 / {second}")
    assert (rows, len(refused(reader))) == ([], 1)


@pytest.mark.parametrize(
    "written",
    ["05/01/2026 14:30", "2026-01-05T08:05:00Z", "05/01/2026 à 9h15", "5/1/2026 2:30 PM", "2026-01-05 08:05:00.123"],
)
def test_an_hour_with_the_day_of_a_payment_is_left_out_with_a_remark(written):
    [row], reader = read("paiements", "contrat;date;montant;mode", f"C-1;{written};5;cash")
    assert row.received_on == dt.date(2026, 1, 5)
    assert [(p.line, p.column, p.value) for p in reader.remarks.listed] == [(2, "received_on", written)]


def test_many_hours_are_one_remark_with_their_number():
    rows, reader = read("paiements", "contrat;date;montant;mode", *["C-1;05/01/2026 14:30;5;cash"] * 1200)
    assert (len(rows), reader.remarks.count) == (1200, 1)
    assert "Rows like this: 1,200." in reader.remarks.listed[0].reason


def test_midnight_is_no_hour():
    _rows, reader = read("paiements", "contrat;date;montant;mode", "C-1;2026-01-05 00:00:00;5;cash")
    assert reader.remarks.count == 0


# --- all of it in one import ------------------------------------------------------------------------------------------


def import_into(code, **tables):
    files = [(f"{name}.csv", "\n".join(lines).encode()) for name, lines in tables.items()]
    with site_scope([code]):
        return run_import(site=Site.objects.get(pk=code), files=files, by=None, today=TODAY)


@pytest.mark.django_db
def test_the_agency_of_another_program_comes_in_as_its_clerk_sees_it():
    book = openpyxl.Workbook()
    book.active.title = "Paiements"
    book.active.append(["Contrat", "Date de versement", "Montant (GNF)", "Mode"])
    book.active.append(["C-1", dt.datetime(2026, 1, 5, 14, 30), 1375000.0000000002, "MoMo MTN"])  # noqa: DTZ001 -- as Excel has it
    content = io.BytesIO()
    book.save(content)
    with site_scope(["GN_KINDIA"]):
        report = run_import(
            site=Site.objects.get(pk="GN_KINDIA"),
            files=[
                ("biens.csv", "Code;Type;Propriétaire;Prénom propriétaire\nB-1;Appart;CONDÉ;Mory".encode()),
                ("locataires.csv", "Code;Nom;Prénoms;Tel;Portable\nT-1;BAH;Aïssatou;620123456;664001122".encode()),
                ("contrats.csv", "Contrat;Bien;Locataire;Début;Loyer (GNF);Caution\nC-1;B-1;T-1;01/01/2026;1375000;-".encode()),
                ("echeances.csv", "Contrat;Échéance;Montant;Type\nC-1;05/01/2026;1 375 000 FG;Loyer\nC-1;05/01/2026;50000;eau".encode()),
                ("paiements.xlsx", content.getvalue()),
            ],
            by=None,
            today=TODAY,
        )  # fmt: skip
        assert report.problems == ()
        hours = [remark for remark in report.warnings if remark.column == "received_on"]
        assert [(p.source, p.heading) for p in hours] == [("paiements.xlsx · Paiements", "Date de versement")]
        tenant = Tenant.objects.get()
        assert (tenant.name, str(tenant.phone), str(tenant.phone_2)) == (
            "Aïssatou BAH",
            "+224620123456",
            "+224664001122",
        )
        assert Property.objects.get().owner.name == "Mory CONDÉ"
        payment = Payment.objects.get()
        assert (payment.amount, payment.provider, payment.received_on) == (1_375_000, "MTN", dt.date(2026, 1, 5))
        water = Instalment.objects.get(kind="service")
        assert (water.amount, water.label) == (50_000, "eau")


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "rent"), [("GN_KINDIA", "150 000 FCFA"), ("SN_DAKAR", "2 100 000 GNF")])
def test_another_sites_currency_brings_nothing_in_and_names_the_cell(code, rent):
    report = import_into(
        code,
        biens=["code;type", "B-1;Villa"],
        locataires=["code;nom", "T-1;Bah"],
        contrats=["contrat;bien;locataire;début;Loyer du mois;loyer", f"C-1;B-1;T-1;01/01/2026;x;{rent}"],
    )
    assert [(p.line, p.column, p.value) for p in report.problems] == [(2, "monthly_rent", rent)]
    with site_scope([code]):
        assert not Tenant.objects.exists()


# --- the file's own headings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "column", "heading", "shown"),
    [
        ("en", "amount", "Montant payé", "Montant payé (amount)"),
        ("fr", "amount", "Montant payé", "Montant payé (montant)"),
        ("fr", "amount", "MONTANT", "MONTANT"),
        ("en", "amount", "Amount", "Amount"),
        ("fr", "received_on", "Reçu le", "Reçu le (date)"),
        ("fr", "received_on", "", "date"),
        ("fr", "", "", ""),
    ],
)
def test_a_column_is_named_as_the_file_does_and_then_in_akigs_word(language, column, heading, shown):
    assert column_in(language, "paiements.csv", column, heading) == shown


@pytest.mark.django_db
def test_cells_and_checks_over_all_rows_both_name_the_heading():
    report = import_into(
        "GN_KINDIA",
        biens=["Code bien;Nature", "B-1;Villa", "B-1;Villa"],
        locataires=["Matricule;Nom;Tel;Portable", "T-1;Bah;12;620123456"],
        contrats=["N° contrat;Logement;Locataire;Début du bail;Loyer mensuel;Statut", "C-1;B-9;T-1;01/01/2026;5;résilié"],
    )  # fmt: skip
    assert {(p.source, p.line, p.column, p.heading) for p in report.problems} == {
        ("biens.csv", 3, "code", "Code bien"),
        ("locataires.csv", 2, "phone", "Tel / Portable"),
        ("contrats.csv", 2, "property", "Logement"),
        ("contrats.csv", 2, "ended_on", ""),
    }
