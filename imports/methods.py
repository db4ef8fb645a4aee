"""How a payment came, as people and other programs write it: method, operator and number in one cell."""

import re
from dataclasses import dataclass
from functools import lru_cache

from imports.choices import words
from screens.written import folded

METHODS = words(
    cash="espèces liquide comptant caisse numéraire",
    bank="""
        virement banque transfert versement_bancaire dépôt_bancaire prélèvement carte
        / bank_transfer wire transfer direct_deposit direct_debit standing_order levy ach eft card
    """,
    mobile="""
        mobile_money om orange_money momo mtn areeba wave moov free wizall kulu ymo paycard soutra sama_money yas
        / mobile_payment mobile_wallet
    """,
    cheque="chèque chq / check",
    # What no figure counts as income.
    refund="remboursement remboursement_au_locataire / money_back",
    credit="avoir remise_de_dette / credit_note",
    opening="solde_ouverture report_à_nouveau / brought_forward",
    deposit="caution sur_la_caution dépôt_de_garantie / from_the_deposit",
)
# A method that names its operator says both.
_PROVIDERS = {
    "Orange": "om o_m orange orange_money",
    "MTN": "mtn momo mtn_money mtn_momo momo_mtn",
    "Areeba": "areeba",
    "Wave": "wave",
    "Free": "free free_money",
    "Moov": "moov moov_money flooz",
    "Wizall": "wizall wizall_money",
    "E-Money": "e_money emoney",
    "Kulu": "kulu",
    "YMO": "ymo",
    "PayCard": "paycard",
    "Soutra": "soutra soutra_money soutoura soutoura_money",
    "Sama": "sama_money",
    "Yas": "yas mixx mixx_by_yas",
}
PROVIDERS = {word: provider for provider, words in _PROVIDERS.items() for word in words.split()}
# Beside a method or an operator they say nothing; alone they are none.
# Banks of the sites' countries, which people write behind the method.
_BANK_NAMES = """
    afriland attijari bci bdm bhs bicigui bicis bim bmi bms bnda boa bsic cbao coris ecobank fbn nsia orabank sgg sgbg
    sgbs uba vista
"""
_BANKS = frozenset(_BANK_NAMES.split())
_FILLER_WORDS = """
    par en via de du d le la au a sur vers avec paiement paye payment paid by reglement reglee regle versement verse
    depot depose envoi money guinee guinea senegal mali
    compte account credit debit certifie cashier ci sn gn ml
"""
_FILLERS = frozenset(_FILLER_WORDS.split())
# Beside another method they say how, not what: "transfert Orange Money".
_PERHAPS = dict.fromkeys(["virement", "transfert", "transfer", "bank", "banque", "bancaire"], "bank") | {
    "mobile": "mobile"
}
_NUMBER = frozenset({"n", "no", "nr", "num", "numero", "number", "ref", "reference"})
_LONGEST = 3


@dataclass(frozen=True)
class HowPaid:
    """A method, its operator and the number that was written with it; "" for none."""

    method: str
    provider: str = ""
    number: str = ""


@lru_cache(maxsize=1000)
def how_paid(written: str) -> HowPaid | None:
    """What a cell says of how money came: "Espèces", "MoMo MTN", "Chèque n° 123". None where that is not clear."""
    word = folded(written)
    method = METHODS.get(written) or ("mobile" if word in PROVIDERS else None)
    if method:
        return HowPaid(method, PROVIDERS.get(word, "") if method == "mobile" else "")
    return _of_several_words(word.split("_"), written)


def method_of(written: str) -> str | None:
    """The method alone."""
    found = how_paid(written)
    return found.method if found else None


def provider_named(written: str) -> str:
    """The one spelling of an operator's name; "" for one that is not known."""
    found = PROVIDERS.get(folded(written))
    if found:
        return found
    paid = _of_several_words(folded(written).split("_"), written)
    return paid.provider if paid else ""


def _of_several_words(parts: list[str], written: str) -> HowPaid | None:
    methods, perhaps, providers, number = set(), set(), set(), ""
    while parts:
        # The longest phrase that is known: "orange_money" before "orange".
        count = next((n for n in range(min(_LONGEST, len(parts)), 1, -1) if _is_known("_".join(parts[:n]))), 1)
        phrase, parts = "_".join(parts[:count]), parts[count:]
        if phrase in PROVIDERS:
            providers.add(PROVIDERS[phrase])
            methods.add("mobile")
        elif phrase in _BANKS:
            providers.add(phrase.upper())
        elif phrase in _PERHAPS:
            perhaps.add(_PERHAPS[phrase])
        elif phrase in _FILLERS or phrase in _NUMBER:
            continue
        elif method := METHODS.get(phrase):
            methods.add(method)
        elif any(character.isdigit() for character in phrase) and not number:
            there = re.search(re.escape(phrase), written, re.IGNORECASE)
            number = there[0] if there else phrase
        else:
            return None
    if not methods:
        methods = perhaps & {"mobile"} or perhaps
    if len(methods) != 1 or len(providers) > 1:
        return None
    return HowPaid(str(*methods), "".join(providers), number)


def _is_known(phrase: str) -> bool:
    return phrase in PROVIDERS or METHODS.get(phrase) is not None
