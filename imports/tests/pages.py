"""A manager at the pages of the import, and the files that are sent."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from imports.models import ImportRun
from leasing.models import Contract, Payment, Property, Tenant
from sites_app.actions import grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope

PAGE = "/GN_KINDIA/leasing/import/"
BIENS = "code;type;quartier;loyer\nP1;Appartement;Manquépas;1 500 000 GNF\nP2;Villa;Tafory;2 000 000\n"
LOCATAIRES = "code;nom;téléphone\nL1;Mariama Camara;620 00 00 01\nL2;Sékou Touré;+224 620 00 00 02\n"
CONTRATS = "contrat;bien;locataire;début;loyer\nB1;P1;L1;01/01/2026;1 500 000\nB2;P2;L2;2026-02-01;2000000\n"
PAIEMENTS = "contrat;date;montant;mode\nB1;05/01/2026;1 500 000;Espèces\n"


def person(name, code, role="manager"):
    user = User.objects.create(username=name, full_name=name.title(), preferred_language="en")
    grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def good_files(**instead):
    texts = {"biens": BIENS, "locataires": LOCATAIRES, "contrats": CONTRATS, "paiements": PAIEMENTS} | instead
    return [SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in texts.items()]


def send(client, files, **fields):
    return client.post(PAGE, {"files": files, **fields})


def result(client, answer):
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"])


def text_of(answer):
    html = answer.content.decode()
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", main[0] if main else html)
    return re.sub(r"\s+", " ", words.replace("&nbsp;", " ").replace("\u202f", " "))


def kindia():
    """How many properties, tenants, contracts and payments the site has."""
    with site_scope(["GN_KINDIA"]):
        return tuple(model.objects.count() for model in (Property, Tenant, Contract, Payment))


def only_run():
    with site_scope(["GN_KINDIA"]):
        return ImportRun.objects.get()
