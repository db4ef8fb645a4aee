"""An agency arrives with its spreadsheets: all of them are in, or none and a list of what is wrong."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.run import run_import
from leasing.models import Allocation, Contract, Deposit, Instalment, Notice, Owner, Payment, Property, Tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples
from tests.owner import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TODAY = dt.date(2026, 11, 23)
KINDIA = "GN_KINDIA"


def files(**tables):
    """CSV files from lines written as they are, by table."""
    return [(f"{name}.csv", "\n".join(lines).encode()) for name, lines in tables.items()]


def agency():
    return {
        "biens": [
            "Code;Type;Adresse;Quartier;Propriétaire;Tél propriétaire;Loyer de marché;Statut",
            "B-1;Studio;Rue 12;Cacia;Mory Condé;620 11 11 11;1 500 000;à louer",
            "B-2;Villa;;Manquepas;Mory Condé;620 11 11 11;4.000.000 GNF;à louer",
            "B-3;Boutique;;Cacia;;;900000,00;travaux",
        ],
        "locataires": [
            "Code;Nom;Téléphone;Profession;Parrain;Client depuis",
            "T-1;Aïssatou Bah;620000001;Commerçante;;01/02/2024",
            "T-2;Fodé Sylla;+224 620 00 00 02;Fonctionnaire;T-1;2025-03-05",
        ],
        "contrats": [
            "Contrat;Bien;Locataire;Début;Fin;Loyer;Jour de paiement;Caution;Statut",
            "C-1;B-1;T-1;01/01/2026;31/12/2026;1 500 000;5;3 000 000;en cours",
            "C-2;B-2;T-2;01/06/2026;;4 000 000;10;;actif",
        ],
        "paiements": [
            "Contrat;Date;Montant;Mode;Opérateur;Référence",
            "C-1;05/01/2026;1 500 000;espèces;;",
            "C-1;05/02/2026;1 000 000;Orange Money;;OM-1",
            "C-2;10/06/2026;9 000 000;virement;;VIR-9",
        ],
        "cautions": ["Contrat;État;Montant rendu;Rendu le", "C-1;détenue;;"],
        "preavis": ["Contrat;Type;Date", "C-1;congé;02/11/2026"],
    }


def import_into(code, tables, **options):
    with site_scope([code]):
        return run_import(site=Site.objects.get(pk=code), files=files(**tables), by=None, today=TODAY, **options)


def everything():
    """Every row of the portfolio on every site, as its owner sees it."""
    models = (Owner, Property, Tenant, Contract, Instalment, Payment, Allocation, Deposit, Notice)
    with as_owner():
        return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def said(report):
    return [(p.source, p.line, p.column, p.reason) for p in report.problems]


def test_a_whole_agency_is_in_with_its_money_in_the_right_months():
    report = import_into(KINDIA, agency())
    assert said(report) == []
    assert {table: count.inserted for table, count in report.counts.items()} == {
        "properties": 3,
        "tenants": 2,
        "contracts": 2,
        "payments": 3,
        "deposits": 1,
        "notices": 1,
    }
    with site_scope([KINDIA]):
        studio = Property.objects.get(code="B-1")
        assert (studio.kind, studio.market_rent, studio.owner.name) == ("studio", 1_500_000, "Mory Condé")
        assert str(studio.owner.phone) == "+224620111111"
        assert Property.objects.get(code="B-3").status == "under_works"
        fode = Tenant.objects.get(code="T-2")
        assert (fode.referred_by.name, fode.employment_status) == ("Aïssatou Bah", "civil_servant")
        months = Instalment.objects.filter(contract__reference="C-1").order_by("period")
        assert list(months.values_list("period", "due_date", "paid_amount", "settled_on")[:3]) == [
            (dt.date(2026, 1, 1), dt.date(2026, 1, 5), 1_500_000, dt.date(2026, 1, 5)),
            (dt.date(2026, 2, 1), dt.date(2026, 2, 5), 1_000_000, None),
            (dt.date(2026, 3, 1), dt.date(2026, 3, 5), 0, None),
        ]
        villa = Instalment.objects.filter(contract__reference="C-2").order_by("period")
        assert list(villa.values_list("paid_amount", flat=True)[:4]) == [4_000_000, 4_000_000, 1_000_000, 0]
        mobile = Payment.objects.get(external_reference="OM-1")
        assert (mobile.method, mobile.provider) == ("mobile", "Orange")
        deposit = Deposit.objects.get()
        assert (deposit.agreed, deposit.received, deposit.state) == (3_000_000, 3_000_000, "held")
        assert Notice.objects.get().legal_deadline == dt.date(2026, 12, 2)


def test_the_same_import_twice_changes_nothing_at_all():
    import_into(KINDIA, agency())
    before = everything()
    report = import_into(KINDIA, agency())
    assert report.accepted
    assert not any(count.inserted or count.closed for count in report.counts.values())
    assert everything() == before


def test_a_dry_run_says_what_would_happen_and_leaves_nothing():
    before = everything()
    report = import_into(KINDIA, agency(), dry_run=True)
    assert (report.accepted, report.dry_run, report.counts["tenants"].inserted) == (True, True, 2)
    assert everything() == before


def test_three_bad_rows_are_named_with_file_line_column_and_reason_and_nothing_is_in():
    tables = agency()
    tables["contrats"][1] = "C-1;B-1;T-1;31/02/2026;31/12/2026;1 500 000;5;3 000 000;en cours"
    tables["paiements"][2] = "C-1;05/02/2026;mille francs;Orange Money;;OM-1"
    tables["locataires"][2] = "T-2;;+224 620 00 00 02;Fonctionnaire;T-1;2025-03-05"
    before = everything()
    report = import_into(KINDIA, tables)
    assert said(report) == [
        ("contrats.csv", 2, "start_date", "There is no such day."),
        ("locataires.csv", 3, "name", "This cell must not be empty."),
        ("paiements.csv", 3, "amount", "Write the amount out in figures, like 1 500 000."),
    ]
    assert everything() == before
    assert import_into(KINDIA, agency()).accepted


BAD_ROWS = {
    "a property that nobody knows": ("contrats", "C-9;B-9;T-1;01/01/2026;;1000;;;", "property", "no property with this code"),
    "a tenant that nobody knows": ("contrats", "C-9;B-3;T-9;01/01/2026;;1000;;;", "tenant", "no tenant with this code"),
    "a contract that nobody knows": ("paiements", "C-9;01/02/2026;1000;cash;;", "contract", "no contract with this reference"),
    "a code twice": ("locataires", "T-1;Encore;;;;", "code", "Line 2 is the same"),
    "a tenant who refers to themselves": ("locataires", "T-3;Moi;;;T-3;", "referred_by", "cannot refer to itself"),
    "a contract over another": ("contrats", "C-9;B-1;T-2;01/07/2026;;1000;;;", "property", "Contract C-1 is in force"),
    "an end before the start": ("contrats", "C-9;B-3;T-2;01/07/2026;01/06/2026;1000;;;", "end_date", "before 2026-07-01"),
    "an ended contract without its day": ("contrats", "C-9;B-3;T-2;01/07/2026;;1000;;;terminé", "ended_on", "needs an end date"),
    "a payment of nothing": ("paiements", "C-1;01/02/2026;0;cash;;", "amount", "more than zero"),
    "a payment of tomorrow": ("paiements", "C-1;24/11/2026;1000;cash;;", "received_on", "in the future"),
    "a mobile transaction twice": ("paiements", "C-2;06/02/2026;1000;om;;OM-1", "reference", "Line 3 is the same"),
    "a refund above the deposit": ("cautions", "C-2;rendue;500;01/11/2026", "refunded_amount", "The refund would be more"),
    "a returned deposit without its day": ("cautions", "C-2;rendue;;", "settled_on", "needs a settlement date"),
    "a day of payment that no month has": ("contrats", "C-9;B-3;T-2;01/07/2026;;1000;32;;", "payment_day", "from 1 to 31"),
    "a method that nobody knows": ("paiements", "C-1;01/02/2026;1000;troc;;", "method", "is not one of"),
    "a negative amount": ("paiements", "C-1;01/02/2026;-1000;cash;;", "amount", "cannot be negative"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BAD_ROWS)
def test_one_bad_row_keeps_everything_out_and_says_why(mistake):
    table, row, column, reason = BAD_ROWS[mistake]
    tables = agency()
    tables[table].append(row)
    before = everything()
    report = import_into(KINDIA, tables)
    [problem] = report.problems
    assert (problem.source, problem.line, problem.column) == (f"{table}.csv", len(tables[table]), column)
    assert reason in problem.reason
    assert everything() == before


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_bad_row_anywhere_leaves_nothing_behind(data):
    tables = agency()
    table, row, _column, _reason = BAD_ROWS[data.draw(st.sampled_from(sorted(BAD_ROWS)))]
    tables[table].insert(data.draw(st.integers(1, len(tables[table]))), row)
    before = everything()
    report = import_into(KINDIA, tables)
    assert not report.accepted
    assert everything() == before


def test_rows_may_refer_to_what_an_earlier_import_brought():
    first = agency()
    payments = first.pop("paiements")
    import_into(KINDIA, first)
    assert import_into(KINDIA, {"paiements": payments}).accepted


def test_another_sites_rows_are_neither_seen_nor_touched():
    import_into("GN_CONAKRY", agency())
    before = everything()
    report = import_into(KINDIA, {"paiements": agency()["paiements"]})
    assert {p.reason for p in report.problems} == {
        "There is no contract with this reference, in the files or on Kindia Branch."
    }
    assert everything() == before
    assert import_into(KINDIA, agency()).accepted


def test_two_equal_payments_on_one_day_are_two_and_stay_two():
    tables = agency()
    tables["paiements"] += ["C-1;06/03/2026;500000;espèces;;", "C-1;06/03/2026;500000;espèces;;"]
    for _again in range(2):
        assert import_into(KINDIA, tables).accepted
        with site_scope([KINDIA]):
            assert Payment.objects.filter(amount=500_000).count() == 2


def test_history_is_taken_as_it_was_with_a_remark():
    tables = agency()
    tables["paiements"] += ["C-1;06/03/2026;20 000 000;espèces;;", "C-1;07/03/2026;1000;chèque;;"]
    report = import_into(KINDIA, tables)
    assert report.accepted
    assert [(w.line, w.column, w.reason) for w in report.warnings if w.line] == [
        (5, "amount", "Above today’s limit for cash at Kindia Branch, 15,000,000\u00a0GNF: imported as it stands."),
        (6, "method", "Kindia Branch does not accept this method today (allowed: cash, bank, mobile): imported as it stands."),
    ]  # fmt: skip


def test_a_known_row_with_another_value_is_left_as_it_is_and_remarked():
    import_into(KINDIA, agency())
    changed = agency()
    changed["contrats"][1] = changed["contrats"][1].replace("1 500 000", "1 600 000")
    before = everything()
    report = import_into(KINDIA, changed)
    assert [(w.line, w.column, w.value, w.reason) for w in report.warnings] == [
        (2, "monthly_rent", "1600000", "Already recorded with 1500000: left as it is.")
    ]
    assert everything() == before


def test_a_full_site_takes_nobody_and_names_the_limit():
    Site.objects.filter(pk=KINDIA).update(max_tenants=1)
    before = everything()
    report = import_into(KINDIA, agency())
    [problem] = report.problems
    assert problem.source == "locataires.csv"
    assert "may have 1 tenants at most" in problem.reason
    assert everything() == before


def test_formula_cells_are_text_and_nothing_else():
    tables = agency()
    tables["locataires"].append("T-3;=HYPERLINK(1);;;;")
    import_into(KINDIA, tables)
    with site_scope([KINDIA]):
        assert Tenant.objects.get(code="T-3").name == "=HYPERLINK(1)"


def test_all_bad_rows_are_counted_and_the_first_thousand_listed():
    tables = {"locataires": ["Code;Nom", *(f"T-{n};" for n in range(1500))]}
    report = import_into(KINDIA, tables)
    assert (report.problem_count, len(report.problems)) == (1500, 1000)


# --- from a terminal ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    def write(tables):
        for name, content in files(**tables):
            (tmp_path / name).write_bytes(content)
        return tmp_path

    return write


def test_the_command_imports_a_folder_and_says_what_is_new(folder, capsys):
    call_command("import_portfolio", str(folder(agency())), site=KINDIA)
    with site_scope([KINDIA]):
        assert Contract.objects.count() == 2
    # In the language of the site.
    assert "Contrats : 2 nouvelles" in capsys.readouterr().out.replace("\u00a0", " ")


def test_the_command_refuses_with_one_line_and_a_report_no_spreadsheet_can_run(folder, tmp_path):
    tables = agency()
    tables["paiements"].append("C-1;=2+3;1000;cash;;")
    report = tmp_path / "rapport.txt"
    with pytest.raises(CommandError) as refused:
        call_command("import_portfolio", str(folder(tables)), site=KINDIA, report=report)
    assert "\n" not in str(refused.value)
    rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig")), delimiter=";"))
    assert rows[1][1:5] == ["paiements.csv", "5", "Date", "'=2+3"]


@pytest.mark.parametrize(
    ("path", "options", "sentence"),
    [
        ("/nowhere/at/all", {"site": KINDIA}, "no such file or folder"),
        (".", {"site": "GN_NOWHERE"}, "There is no site GN_NOWHERE"),
        (".", {"site": KINDIA, "by": "nobody"}, "There is no user nobody"),
    ],
)
def test_the_command_answers_bad_input_with_one_line(path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_portfolio", path, **options)
