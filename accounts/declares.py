"""People sign in and look after themselves; none of it asks for a site."""

from screens.declarations import ANYONE, FORM, PERSON, Address, Declaration, Include

_ANY = ("GET", "POST", "PUT", "PATCH", "DELETE")  # an old link answers everything with the same page
_DJANGO_FORM = ("GET", "POST", "PUT")  # Django's form views take a PUT for a POST

DECLARATION = Declaration(
    includes=(Include("accounts/", "accounts.urls", needs_site=False),),
    addresses={
        "accounts:login": Address(ANYONE, _DJANGO_FORM),
        "accounts:logout": Address(PERSON, ("POST",)),
        "accounts:language": Address(ANYONE, ("POST",)),
        "accounts:password_change": Address(PERSON, _DJANGO_FORM),
        "accounts:password_reset": Address(ANYONE, _DJANGO_FORM),
        "accounts:password_reset_sent": Address(ANYONE),
        "accounts:password_reset_confirm": Address(ANYONE, _ANY, arguments={"uidb64": "MQ", "token": "a-b"}),
        "accounts:profile": Address(PERSON, FORM),
        "accounts:token_create": Address(PERSON, ("POST",)),
        "accounts:token_revoke": Address(PERSON, FORM, row="accounts.ApiToken"),
    },
    administration={"accounts": 80, "axes": 81},
)
