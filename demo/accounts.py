"""Who can sign in to the demo. As data, so that the command, `up` and the README say the same."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from sites_app.actions import grant_membership
from sites_app.models import Membership, Role, Site

DEMO_PASSWORD = "une-maison-a-conakry"  # noqa: S105 -- everybody may know it; the demo refuses to run in production


class AccountTaken(Exception):
    """A user name of the demo belongs to somebody else."""


@dataclass(frozen=True)
class DemoAccount:
    """One person of the demo. `role` and `sites` are empty for who belongs to no site."""

    username: str
    full_name: str
    description: str
    role: str = ""
    sites: tuple[str, ...] = ()
    is_superuser: bool = False


_ALL = ("GN_CONAKRY", "GN_KINDIA", "GN_MAMOU", "GN_LABE", "SN_DAKAR", "ML_BAMAKO")


def _manager(username: str, full_name: str, town: str, site: str) -> DemoAccount:
    return DemoAccount(username, full_name, f"manager of {town}", Role.MANAGER, (site,))


def _agent(username: str, full_name: str, town: str, site: str) -> DemoAccount:
    return DemoAccount(username, full_name, f"agent at {town}", Role.AGENT, (site,))


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    _manager("mariama", "Mariama Bah", "Conakry", "GN_CONAKRY"),
    _manager("fanta", "Fanta Soumah", "Kindia", "GN_KINDIA"),
    _manager("thierno", "Thierno Barry", "Mamou", "GN_MAMOU"),
    _manager("hawa", "Hawa Diallo", "Labé", "GN_LABE"),
    _manager("awa", "Awa Ndiaye", "Dakar", "SN_DAKAR"),
    _manager("modibo", "Modibo Keïta", "Bamako", "ML_BAMAKO"),
    DemoAccount("kadiatou", "Kadiatou Camara", "manager of all six sites: “all my sites”", Role.MANAGER, _ALL),
    DemoAccount("saliou", "Saliou Condé", "administrator of Conakry", Role.ADMIN, ("GN_CONAKRY",)),
    _agent("ousmane", "Ousmane Sylla", "Conakry", "GN_CONAKRY"),
    _agent("aissatou", "Aïssatou Diallo", "Conakry", "GN_CONAKRY"),
    _agent("sekou", "Sékou Kourouma", "Conakry", "GN_CONAKRY"),
    _agent("bintou", "Bintou Touré", "Conakry", "GN_CONAKRY"),
    _agent("ibrahima", "Ibrahima Bangoura", "Kindia", "GN_KINDIA"),
    _agent("mbalou", "Mbalou Camara", "Kindia", "GN_KINDIA"),
    _agent("alpha", "Alpha Sow", "Mamou", "GN_MAMOU"),
    _agent("boubacar", "Boubacar Baldé", "Labé", "GN_LABE"),
    _agent("cheikh", "Cheikh Diop", "Dakar", "SN_DAKAR"),
    _agent("ndeye", "Ndèye Fall", "Dakar", "SN_DAKAR"),
    _agent("amadou", "Amadou Traoré", "Bamako", "ML_BAMAKO"),
    _agent("oumou", "Oumou Coulibaly", "Bamako", "ML_BAMAKO"),
    DemoAccount("nana", "Nana Yansané", "belongs to no site yet"),
    DemoAccount("admin", "Administration", "superuser", is_superuser=True),
)


def agents_of(site_code: str) -> tuple[str, ...]:
    """The user names of a site's agents."""
    return _usernames(site_code, Role.AGENT)


def manager_of(site_code: str) -> str:
    """The user name of the site's own manager."""
    return _usernames(site_code, Role.MANAGER)[0]


def _usernames(site_code: str, role: str) -> tuple[str, ...]:
    return tuple(account.username for account in DEMO_ACCOUNTS if account.role == role and site_code in account.sites)


def account_lines() -> list[str]:
    """What to print so that people can sign in; nothing where the demo's accounts are not there."""
    there = set(
        User.objects.filter(username__in=[a.username for a in DEMO_ACCOUNTS]).values_list("username", flat=True)
    )
    shown = [account for account in DEMO_ACCOUNTS if account.username in there]
    if not shown:
        return []
    return [
        f"Demo accounts, all with the password {DEMO_PASSWORD}",
        *(f"  {account.username:<9} {account.description}" for account in shown),
    ]


@transaction.atomic
def create_accounts() -> None:
    """Make the accounts that are not there yet; those that are keep their password and rights.

    Raises AccountTaken when a name belongs to an account without the demo's rights: nobody gets rights by accident.
    """
    known = {user.username: user for user in User.objects.filter(username__in=[a.username for a in DEMO_ACCOUNTS])}
    sites = {site.code: site for site in Site.objects.all()}
    # Hashed once: Argon2 takes its time, and the password is the same.
    password = make_password(DEMO_PASSWORD)
    for account in DEMO_ACCOUNTS:
        codes = [code for code in account.sites if code in sites]
        if account.username in known:
            _require_rights(account, known[account.username], codes)
            continue
        user = User(
            username=account.username,
            full_name=account.full_name,
            password=password,
            is_superuser=account.is_superuser,
            is_staff=account.is_superuser or account.role == Role.ADMIN,
        )
        user.full_clean()
        user.save()
        for code in codes:
            grant_membership(user=user, site=sites[code], role=account.role)


def _require_rights(account: DemoAccount, user: User, codes: list[str]) -> None:
    roles = dict(Membership.objects.filter(user=user, site__in=codes).values_list("site_id", "role"))
    if user.is_superuser != account.is_superuser or roles != dict.fromkeys(codes, account.role):
        raise AccountTaken(
            f"There is an account “{account.username}” already, which is not the demo's. Nothing was changed."
        )
