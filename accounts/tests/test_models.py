import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from accounts.tests.factories import make_user


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ["awa", "AWA", " Awa ", "awa@agence.example", "AWA@AGENCE.EXAMPLE", " awa@agence.example\t"]
)
def test_a_user_is_found_by_name_or_email_in_any_case_and_with_spaces_around(typed):
    user = make_user("Awa", email="Awa@agence.example")
    assert User.objects.named(typed) == user


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", " ", "@", "awa@", "awa%", "aw_", "unknown"])
def test_nothing_else_finds_a_user(typed):
    make_user("awa", email="")
    with pytest.raises(User.DoesNotExist):
        User.objects.named(typed)


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "email"), [("AWA", ""), ("other", "AWA@agence.EXAMPLE")])
def test_form_and_database_refuse_a_second_account_with_the_same_name_or_email(username, email):
    make_user("awa")
    with translation.override("en"), pytest.raises(ValidationError, match="There is already an account"):
        make_user(username, email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        User(username=username, email=email).save()
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_many_accounts_may_have_no_email():
    make_user("awa", email="")
    make_user("binta", email="")
    assert User.objects.filter(email="").count() == 2


@pytest.mark.django_db
def test_a_user_name_cannot_look_like_an_email_address():
    with pytest.raises(ValidationError):
        make_user("awa@agence.example", email="")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(username="awa@agence.example").save()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("full_name", "whole", "short"),
    [("Awa Bah", "Awa Bah", "Awa"), ("", "awa", "awa"), ("  ", "awa", "awa"), ("Awa", "Awa", "Awa")],
)
def test_a_person_without_a_full_name_is_called_by_the_user_name(full_name, whole, short):
    user = User(username="awa", full_name=full_name)
    assert (user.get_full_name(), user.get_short_name(), str(user)) == (whole, short, whole)
