"""Anybody is found by a part of a name, a code or a number, on the sites of whoever asks and nowhere else."""

import importlib

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leasing.models import Contract, Owner, SearchWord, Tenant
from leasing.search import find, having
from leasing.spelling import plain, squeezed
from leasing.tests.factories import make_contract, make_owner, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples
from tests.owner import as_owner

HERE = ["GN_CONAKRY"]


def names(text, kind="tenant", sites=HERE):
    return [hit.name for hit in find(sites, text).hits.get(kind, ())]


@pytest.fixture
def people(conakry):
    for number, (name, phone) in enumerate(
        [
            ("Mamadou Condé", "+224620123456"),
            ("Aïssatou Bah", "+224621000001"),
            ("Sékou Camara", "+224621000002"),
            ("Awa N'Diaye", "+224621000003"),
            ("Binta N’Diaye", "+224621000004"),
            ("Oumar N Diaye", "+224621000005"),
            ("Jean-Paul Ɓaldé", "+33612345678"),
            ("Elhadj Ɲalen Sœur", ""),
        ]
    ):
        make_tenant(conakry, name=name, phone=phone, code=f"T-{number:04}")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("conde", {"Mamadou Condé"}),
        ("CONDÉ", {"Mamadou Condé"}),
        ("co", {"Mamadou Condé"}),
        ("aissatou", {"Aïssatou Bah"}),
        ("Sekou", {"Sékou Camara"}),
        ("camara sekou", {"Sékou Camara"}),
        ("ndiaye", {"Awa N'Diaye", "Binta N’Diaye", "Oumar N Diaye"}),
        ("N'Diaye", {"Awa N'Diaye", "Binta N’Diaye", "Oumar N Diaye"}),
        ("n diaye", {"Awa N'Diaye", "Binta N’Diaye", "Oumar N Diaye"}),
        ("balde jean paul", {"Jean-Paul Ɓaldé"}),
        ("jeanpaul", {"Jean-Paul Ɓaldé"}),
        ("el hadj nalen", {"Elhadj Ɲalen Sœur"}),
        ("soeur", {"Elhadj Ɲalen Sœur"}),
        ("620-12-34-56", {"Mamadou Condé"}),
        ("00224 620", {"Mamadou Condé"}),
        ("00224 620 12 34 56", {"Mamadou Condé"}),
        ("+224 (620) 12.34.56", {"Mamadou Condé"}),
        ("12 34 56", {"Mamadou Condé"}),
        ("62012", {"Mamadou Condé"}),
        ("06 12 34 56 78", {"Jean-Paul Ɓaldé"}),
        ("conde 620 12 34", {"Mamadou Condé"}),
        ("conde 621 00 00", set()),
        ("T-0000", {"Mamadou Condé"}),
        ("t0000", {"Mamadou Condé"}),
        ("konde", {"Mamadou Condé"}),
        ("aisatou ba", {"Aïssatou Bah"}),
        ("zzyzx", set()),
        ("c", set()),
        ("- ' …", set()),
        ("%", set()),
    ],
)
def test_people_are_found_as_they_are_typed(people, typed, found):
    assert set(names(typed)) == found


def test_a_misspelling_is_told_to_be_a_guess(people):
    assert find(HERE, "konde").is_guess
    assert not find(HERE, "conde").is_guess


def test_a_word_stands_before_what_only_begins_with_it(conakry):
    make_tenant(conakry, name="Awa Barrymore")
    make_tenant(conakry, name="Zeinab Barry")
    make_tenant(conakry, name="Barry Zoumanigui")
    assert names("barry") == ["Barry Zoumanigui", "Zeinab Barry", "Awa Barrymore"]


def test_every_kind_is_found_with_what_tells_it_apart(conakry):
    owner = make_owner(conakry, name="Hawa Kéita", phone="+224628000000")
    home = make_property(conakry, code="KAL-7", neighbourhood="Kaloum", address="Rue KA-020", owner=owner)
    tenant = make_tenant(conakry, code="T-77", name="Kaba Kalil", phone="+224629000000")
    contract = make_contract(conakry, reference="KAL-2026-1", property=home, tenant=tenant)
    found = find(HERE, "kal").hits
    [who], [lease], [place] = found["tenant"], found["contract"], found["property"]
    assert (who.id, who.code, who.phone, who.home) == (tenant.pk, "T-77", "+224629000000", "KAL-7 · Kaloum")
    assert (lease.id, lease.code, lease.name, lease.home) == (contract.pk, "KAL-2026-1", "Kaba Kalil", "KAL-7 · Kaloum")
    assert (lease.state, who.site_id) == (Contract.Status.ACTIVE, "GN_CONAKRY")
    assert (place.id, place.name) == (home.pk, "Kaloum · Rue KA-020")
    [lessor] = find(HERE, "keita 628").hits["owner"]
    assert (lessor.id, lessor.name, lessor.phone) == (owner.pk, "Hawa Kéita", "+224628000000")


@pytest.mark.parametrize("typed", ["T-77", "t77", "t 77", "629 00 00 00", "00224629000000", "+224629000000"])
def test_a_whole_code_or_number_means_one_tenant(conakry, typed):
    tenant = make_tenant(conakry, code="T-77", phone="+224629000000")
    make_tenant(conakry, code="T-770", phone="+224630000000")
    assert find(HERE, typed).the_one.id == tenant.pk


@pytest.mark.parametrize("typed", ["T-7", "629 00 00", "Fatoumata Diallo"])
def test_a_part_of_a_code_or_a_name_means_nobody_in_particular(conakry, typed):
    make_tenant(conakry, code="T-77", phone="+224629000000")
    assert find(HERE, typed).hits["tenant"]
    assert find(HERE, typed).the_one is None


def test_a_number_that_two_have_means_neither(conakry):
    make_tenant(conakry, phone="+224629000000")
    make_owner(conakry, phone="+224629000000")
    assert find(HERE, "629000000").the_one is None


def test_a_second_number_finds_too(conakry):
    make_tenant(conakry, name="Awa Bah", phone_2="+224655443322")
    assert names("655-44-33-22") == ["Awa Bah"]


def test_what_is_changed_is_found_by_what_it_says_now(conakry):
    tenant = make_tenant(conakry, name="Awa Bah", code="T-1")
    Tenant.objects.filter(pk=tenant.pk).update(name="Awa Sylla")
    assert (names("bah"), names("sylla")) == ([], ["Awa Sylla"])
    Tenant.objects.filter(pk=tenant.pk).update(email="awa@example.com")
    assert names("example") == ["Awa Sylla"]
    tenant.delete()
    assert not SearchWord.objects.filter(subject=tenant.pk).exists()


def test_what_is_changed_elsewhere_in_a_row_writes_no_word_again(conakry):
    contract = make_contract(conakry)
    before = set(SearchWord.objects.filter(subject=contract.pk).values_list("number", flat=True))
    Contract.objects.filter(pk=contract.pk).update(payment_day=7)
    assert set(SearchWord.objects.filter(subject=contract.pk).values_list("number", flat=True)) == before
    Contract.objects.filter(pk=contract.pk).update(reference="NEW-1")
    assert not before & set(SearchWord.objects.filter(subject=contract.pk).values_list("number", flat=True))


def test_what_was_there_before_the_upgrade_is_found_after_it(conakry):
    make_contract(conakry, tenant=make_tenant(conakry, name="Mamadou Condé"))
    upgrade = importlib.import_module("leasing.migrations.0010_search_words")
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with connection.schema_editor(atomic=False) as editor:
            upgrade.remove_words(None, editor)
            make_tenant(conakry, name="Aïssatou Bah")
            editor.execute("DELETE FROM leasing_searchword")
            upgrade.add_words(None, editor)
    assert (names("conde"), names("aissatou")) == (["Mamadou Condé"], ["Aïssatou Bah"])


def test_only_so_many_are_given_and_others_are_told_of(conakry):
    for _ in range(4):
        make_tenant(conakry, name="Awa Bah")
    found = find(HERE, "awa", limit=3)
    assert (len(found.hits["tenant"]), found.more) == (3, {"tenant"})
    assert find(HERE, "awa", limit=4).more == frozenset()
    assert set(find(HERE, "awa", kinds=["owner", "tenant"]).hits) == {"owner", "tenant"}


def test_it_takes_one_statement_and_three_when_nothing_is_spelled_like_it(
    people, django_assert_num_queries, django_assert_max_num_queries
):
    for text in ("conde", "camara sekou", "620-12-34-56", "T-0000", "a b c d e f g h i j"):
        with django_assert_max_num_queries(3 if text.startswith("a b") else 1):
            find(HERE, text)
    with django_assert_num_queries(3):
        find(HERE, "konde")
    with django_assert_num_queries(0):
        find(HERE, "…")


@pytest.mark.django_db
def test_nobody_of_another_site_is_found_with_any_spelling():
    with site_scope(["GN_KINDIA"]):
        kindia = Site.objects.get(pk="GN_KINDIA")
        stranger = make_tenant(kindia, name="Sayon N'Diaye", phone="+224677123456", code="K-9")
        owner = make_owner(kindia, name="Sayon Owner")
    both = ["GN_CONAKRY", "GN_KINDIA"]
    with site_scope(["GN_CONAKRY"]):
        for typed in ("sayon", "saion", "n diaye", "ndiaye sayon", "677 12 34 56", "00224677", "k-9", "12 34 56"):
            assert not any(find(HERE, typed).hits.values())
            assert not any(find(both, typed).hits.values()), "a site that is not in scope"
            assert not Tenant.objects.filter(having(typed, {"tenant": "pk"})).exists()
    with site_scope(both):
        assert names("sayon", sites=both) == ["Sayon N'Diaye"]
        assert names("saion", sites=both) == ["Sayon N'Diaye"]
        assert names("sayon") == []
        assert [hit.id for hit in find(both, "sayon").hits["owner"]] == [owner.pk]
        assert find(both, "k-9").the_one.id == stranger.pk


def test_rows_of_any_table_are_chosen_by_whom_they_belong_to(conakry):
    contract = make_contract(conakry, tenant=make_tenant(conakry, name="Mamadou Condé"))
    make_contract(conakry)
    keys = {"tenant": "tenant_id", "contract": "pk", "property": "property_id"}
    for typed in ("conde", "mamadou conde", f"conde {contract.property.code}", contract.reference):
        assert list(Contract.objects.filter(having(typed, keys))) == [contract]
    assert not Contract.objects.filter(having("%", keys)).exists()


LETTER = st.sampled_from("abdeinoyzéïŋɓɗƴɛɔœç'’- ")
NAMES = st.text(LETTER, min_size=2, max_size=40)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, digits=st.integers(0, 9_999_999))
def test_any_name_is_found_by_itself_by_each_word_and_by_its_number(conakry, name, digits):
    assume(len(squeezed(name)) > 1)
    number = f"62{digits:07}"
    pairs = " ".join(number[place : place + 2] for place in range(0, 9, 2))
    words = [word for word in plain(name).split() if len(squeezed(word)) > 1]
    phones = [number, f"+224{number}", f"00224 {pairs}", pairs.replace(" ", "-"), number[-6:]]
    with transaction.atomic():
        tenant = make_tenant(conakry, code="X", name=name, phone=f"+224{number}")
        for typed in (name, name.upper(), plain(name), *words, *phones):
            found = find(HERE, typed)
            assert tenant.pk in {hit.id for hit in found.hits["tenant"]}, typed
            assert not found.is_guess, typed
        transaction.set_rollback(True)


def test_every_way_in_writes_the_words(conakry):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leasing_owner (site_id, id, name, phone, email)"
            " VALUES ('GN_CONAKRY', gen_random_uuid(), 'Sœur Ɛmma', '', '')"
        )
    Owner.objects.bulk_create([Owner(site=conakry, name="Frère Ɛmma")])
    assert names("emma", "owner") == ["Frère Ɛmma", "Sœur Ɛmma"]
