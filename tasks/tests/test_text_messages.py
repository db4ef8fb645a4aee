"""A day as text messages: what stands in each, in how many and which characters."""

import string

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tasks.tests.causes.rent_late import rent_late
from tasks.tests.factories import manifesto_of, ranked_task
from tasks.tests.test_words import CASES
from tasks.text_messages import gsm, sms_of


@pytest.fixture(params=["en", "fr"])
def language(request):
    with translation.override(request.param):
        yield request.param


BASIC = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà" + string.ascii_letters)


def test_a_message_says_what_who_how_much_and_the_number(language):
    [text] = sms_of(manifesto_of(ranked_task(**rent_late(), tenant_name="Aïssatou Bah")))
    assert (
        text
        == {
            "en": (
                "1/1 Rent of March, Aissatou Bah, 1,500,000 GNF, +224620000002."
                " The rent of March is 15 days late: 1,500,000 GNF."
            ),
            "fr": (
                "1/1 Loyer de mars, Aissatou Bah, 1 500 000 GNF, +224620000002."
                " Le loyer de mars a 15 jours de retard : 1 500 000 GNF."
            ),
        }[language]
    )


def test_a_long_name_is_cut_and_the_amount_is_not():
    name = "Société Générale de Construction et d’Aménagement de la Basse Guinée et des Îles, succursale de Kaloum-Est"
    with translation.override("fr"):
        [text] = sms_of(manifesto_of(ranked_task(**rent_late(), tenant_name=name * 2)))
    assert len(text) <= 160
    assert text.startswith("1/1 Loyer de mars, Société Générale de Construction")
    assert text.endswith("., 1 500 000 GNF, +224620000002.")


def test_there_is_a_message_for_each_of_the_three_first_tasks(language):
    tasks = [ranked_task(**values, tenant_name="Kɛlɛ Ŋɔɔ") for values, *_words in CASES]
    for three in zip(tasks, tasks[1:], tasks[2:], strict=False):
        texts = sms_of(manifesto_of(*three))
        assert [text[:4] for text in texts] == ["1/3 ", "2/3 ", "3/3 "]
        for text in texts:
            assert len(text) <= 160
            assert set(text) <= BASIC
            assert "Kele Noo" in text
            assert "+224620000002" in text
    assert sms_of(manifesto_of()) == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Élève à côté : façade", "Élève à coté : facade"),
        ("Aïssatou, Bâ, Noël, ça", "Aissatou, Ba, Noel, ca"),
        ("ɓ ɗ ŋ ɲ ƴ ɛ ɔ Ɛ\u0300", "b d n ny y e o E"),
        ("« l’œuf » — 1\u202f500\u00a0GNF…", '" l\'oeuf " - 1 500 GNF...'),
        ("e\u0301\n\tb [x] {y} a|b €", "é b (x) (y) a/b EUR"),
        ("日本 😀", "?? ?"),
    ],
)
def test_letters_that_telephones_lack_are_written_with_the_nearest(text, sent):
    assert gsm(text) == sent


@given(st.text(max_size=200), st.text(max_size=160), st.integers(0, 2**63), st.sampled_from(["", "+224620000002"]))
def test_a_message_fits_whatever_the_name_and_the_title(name, title, amount, phone):
    found = manifesto_of(
        ranked_task(title=title, tenant_name=name, tenant_phone=phone),
        ranked_task(**rent_late(amount=amount), tenant_name=name, tenant_phone=phone),
    )
    with translation.override("fr"):
        texts = sms_of(found)
    for text in texts:
        assert len(text) <= 160
        assert set(text) <= BASIC - {"\n", "\r"}
        assert phone in text
    assert f"{amount:,}".replace(",", " ") in texts[1]
