"""The offers and talk guides that AKIG starts with: docs/formulas/retention.md. Editable in admin.

The prices in XOF are ours, about those in GNF: nobody has measured one.
"""

from decimal import Decimal

from django.db import migrations

PERCENT = Decimal("0.01")


def _discount(key, level, percent, months, days, approval, acceptance, fr, en):
    return {
        "key": key, "kind": "discount", "level": level, "share": percent * PERCENT, "months": months, "days": days,
        "approval": approval, "borne_by": "owner", "starting_acceptance": acceptance * PERCENT,
        "name_fr": fr, "name_en": en,
    }  # fmt: skip


def _priced(key, kind, level, amount, currency, days, approval, acceptance, fr, en):
    return {
        "key": key, "kind": kind, "level": level, "amount": amount, "currency": currency, "days": days,
        "approval": approval, "borne_by": "agency", "starting_acceptance": acceptance * PERCENT,
        "name_fr": fr, "name_en": en,
    }  # fmt: skip


VIP = ("Assistance prioritaire, VIP", "Priority support, VIP")
SERVICE = ("Service supplémentaire", "Additional service")
OFFERS = [
    {
        "key": "talk", "kind": "talk", "level": "", "days": 30, "approval": "none", "borne_by": "agency",
        "starting_acceptance": 60 * PERCENT, "name_fr": "Parler et régler ce qui est en suspens",
        "name_en": "Talk and settle what is open",
        "description_fr": "La réparation, le reçu, le jour de paiement.",
        "description_en": "The repair, the receipt, the day of payment.",
    },
    _discount("discount-15-3", "critical", 15, 3, 30, "manager_owner", 75,
              "Offre personnelle : 15 % de moins pendant 3 mois", "Personal offer: 15 % off for 3 months"),
    _discount("discount-10-3", "high", 10, 3, 90, "owner", 65, "10 % de moins pendant 3 mois", "10 % off for 3 months"),
    _discount("discount-5-year", "medium", 5, 12, 365, "owner", 55,
              "5 % de moins pour un engagement d’un an", "5 % off for a commitment of a year"),
    _priced("support-gnf", "support", "critical", 50_000, "GNF", 90, "manager", 60, *VIP),
    _priced("support-xof", "support", "critical", 3_500, "XOF", 90, "manager", 60, *VIP),
    _priced("service-gnf", "service", "high", 30_000, "GNF", 180, "none", 50, *SERVICE),
    _priced("service-xof", "service", "high", 2_000, "XOF", 180, "none", 50, *SERVICE),
]  # fmt: skip

# The term: how to open, what to ask, what not to promise; in French and in English.
GUIDES = {
    "window": (
        ("Votre année de bail se termine bientôt : je voulais savoir comment vous voyez la suite.",
         "Restez-vous ? Qu’est-ce qui vous ferait rester ?",
         "Ne promettez ni loyer ni travaux avant d’avoir parlé au propriétaire."),
        ("Your year of lease ends soon: I wanted to hear how you see things going on.",
         "Are you staying? What would make you stay?",
         "Promise neither a rent nor works before you have spoken to the owner."),
    ),
    "prepaid": (
        ("Votre avance se termine : je voulais faire le point avec vous avant le prochain loyer.",
         "Souhaitez-vous payer de nouveau d’avance, ou chaque mois ?",
         "Ne promettez pas de remise pour une avance."),
        ("Your advance is used up: I wanted to go over things with you before the next rent.",
         "Would you rather pay ahead again, or every month?",
         "Do not promise a discount for an advance."),
    ),
    "late_change": (
        ("J’ai vu que le loyer arrive plus tard ces derniers mois : je vous appelle pour savoir si tout va bien.",
         "Le jour de paiement vous convient-il encore ? Quel jour serait plus facile ?",
         "Ne menacez pas, et ne promettez pas d’effacer un mois."),
        ("I saw that the rent has come later these last months: I am calling to hear whether all is well.",
         "Does the day of payment still suit you? Which day would be easier?",
         "Do not threaten, and do not promise to let a month go."),
    ),
    "missed": (
        ("Un loyer est resté ouvert : voyons ensemble comment le régler.",
         "Que pouvez-vous payer, et quand ?",
         "Pas de remise tant qu’un loyer est ouvert : un plan de paiement."),
        ("A rent has stayed open: let us see together how to settle it.",
         "What can you pay, and when?",
         "No discount while a rent is open: a payment plan."),
    ),
    "complaints": (
        ("Vous nous avez dit que quelque chose n’allait pas : je voulais savoir où nous en sommes.",
         "Est-ce réglé pour vous ? Que reste-t-il à faire ?",
         "Ne promettez un jour que si l’artisan l’a confirmé."),
        ("You told us that something was wrong: I wanted to know where we stand.",
         "Is it settled for you? What is left to do?",
         "Promise a day only if the tradesman has confirmed it."),
    ),
    "overdue_requests": (
        ("Votre demande attend depuis trop longtemps, et je vous prie de nous excuser.",
         "Est-ce toujours nécessaire ? Quand pouvons-nous passer ?",
         "Ne promettez un jour que si l’artisan l’a confirmé."),
        ("Your request has been waiting for too long, and I apologise.",
         "Is it still needed? When can we come?",
         "Promise a day only if the tradesman has confirmed it."),
    ),
    "satisfaction": (
        ("Votre réponse à notre enquête nous a fait réfléchir, merci de votre franchise.",
         "Qu’est-ce que nous devrions faire autrement ?",
         "Ne discutez pas la note."),
        ("Your answer to our survey made us think, thank you for being frank.",
         "What should we do differently?",
         "Do not argue about the rating."),
    ),
    "inbound": (
        ("Nous ne nous sommes pas parlé depuis un moment : comment allez-vous ?",
         "Y a-t-il quelque chose que nous devrions savoir ?", ""),
        ("We have not spoken for a while: how are you?",
         "Is there anything that we should know?", ""),
    ),
    "silence": (
        ("Nous n’avons plus de vos nouvelles, et je voulais simplement en prendre.",
         "Habitez-vous toujours le logement ? Tout va-t-il bien ?",
         "Ne parlez pas d’argent en premier."),
        ("We have not heard from you, and simply wanted to.",
         "Do you still live in the home? Is all well?",
         "Do not speak of money first."),
    ),
}  # fmt: skip


def add_offers_and_guides(apps, schema_editor):
    Offer = apps.get_model("retention", "Offer")
    for values in OFFERS:
        Offer.objects.create(name=values["name_fr"], description=values.get("description_fr", ""), **values)
    TalkGuide = apps.get_model("retention", "TalkGuide")
    for key, (french, english) in GUIDES.items():
        words = dict(zip(("opening", "question", "no_promise"), french, strict=True))
        of_languages = {f"{name}_fr": text for name, text in words.items()}
        of_languages |= {
            f"{name}_en": text for name, text in zip(("opening", "question", "no_promise"), english, strict=True)
        }
        TalkGuide.objects.create(key=key, **words, **of_languages)


def remove_offers_and_guides(apps, schema_editor):
    apps.get_model("retention", "Offer").objects.filter(key__in=[values["key"] for values in OFFERS]).delete()
    apps.get_model("retention", "TalkGuide").objects.filter(key__in=GUIDES).delete()


class Migration(migrations.Migration):
    dependencies = [("retention", "0002_offers_and_measures")]
    operations = [migrations.RunPython(add_offers_and_guides, remove_offers_and_guides)]
