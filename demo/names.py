"""Who lives where: given and family names by region, with the share each has there.

Names are for the eye only: nothing that a tenant does depends on one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from unicodedata import combining, normalize


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PEUL = (
    _words("Diallo Bah Barry Sow Baldé"),
    _words("Mamadou Alpha Thierno Ibrahima Boubacar Amadou Abdoulaye Saïdou Oumar Souleymane Alseny Elhadj Mouctar"),
    _words("Aïssatou Mariama Fatoumata Kadiatou Hadja Oumou Ramatoulaye Djenabou Salématou Halimatou Binta Néné"),
)
_SOUSSOU = (
    _words("Soumah Bangoura Camara Sylla Yansané Conté Fofana Touré"),
    _words("Mohamed Ousmane Aboubacar Fodé Ibrahima Naby Alkhaly Abdoul Morlaye Facinet Lansana Karamoko"),
    _words("Fatou Mbalou Aminata M’mah Bountouraby Fanta Kadiatou Nana Hawa Sayon Makalé Aïcha"),
)
_MALINKE = (
    _words("Condé Keïta Kourouma Traoré Doumbouya Cissé Kaba Diakité Konaté Camara Sangaré"),
    _words("Sékou Mory Lancinet Moussa Mamady Bakary Siaka Ansoumane Daouda Kaba Mohamed Fodé"),
    _words("Fanta Nagnouma Saran Djènè Mariame Bintou Sitan Hadja Aminata Oumou Kankou Fatoumata"),
)
_FOREST = (
    _words("Guilavogui Haba Loua Kolié Lamah Millimono Tolno Sagno Kamano Leno"),
    _words("Jean Pierre Faya Sâa Tamba Joseph Michel Paul Cécé Koikoi"),
    _words("Marie Jeanne Sia Finda Kumba Hélène Rose Josephine Yassa Bernadette"),
)
_SENEGAL = (
    _words("Ndiaye Diop Fall Sarr Faye Gueye Sy Diouf Seck Mbaye Niang Ba Sow Diallo Cissé Thiam Kane Mendy Sané"),
    _words("Cheikh Moussa Mamadou Ibrahima Ousmane Abdou Modou Pape Alioune Babacar Serigne Assane Lamine Malick"),
    _words("Ndèye Awa Fatou Aminata Khady Mame Astou Coumba Rokhaya Adama Sokhna Marième Bineta Yacine"),
)
_MALI = (
    _words("Traoré Coulibaly Diarra Keïta Sidibé Sangaré Diakité Koné Touré Maïga Cissé Dembélé Sissoko Doumbia"),
    _words("Modibo Amadou Moussa Bakary Seydou Adama Drissa Souleymane Issa Boubacar Abdoulaye Mamadou Cheick"),
    _words("Oumou Fatoumata Aminata Mariam Kadiatou Assétou Rokia Djénéba Awa Bintou Sitan Nana Salimata"),
)
# Shares of each group among a site's tenants, and the language people of the group choose (the rest take French).
_REGIONS = {
    "GN_CONAKRY": [(_SOUSSOU, 38, "sus"), (_PEUL, 33, "fuf"), (_MALINKE, 21, "emk"), (_FOREST, 8, "kqs")],
    "GN_KINDIA": [(_SOUSSOU, 64, "sus"), (_PEUL, 24, "fuf"), (_MALINKE, 12, "emk")],
    "GN_MAMOU": [(_PEUL, 86, "fuf"), (_SOUSSOU, 6, "sus"), (_MALINKE, 8, "emk")],
    "GN_LABE": [(_PEUL, 94, "fuf"), (_MALINKE, 6, "emk")],
    "SN_DAKAR": [(_SENEGAL, 96, "fr"), (_PEUL, 4, "fuf")],
    "ML_BAMAKO": [(_MALI, 97, "fr"), (_MALINKE, 3, "emk")],
}
_OWN_LANGUAGE_SHARE = 0.18
_TRADES = _words(
    "Pharmacie Boutique Quincaillerie Alimentation Librairie Boulangerie Salon Clinique Cabinet Agence Atelier "
    "Restaurant Imprimerie Transit"
)
_FORMS = ("{trade} {family}", "Établissements {family} et Frères", "{family} Négoce SARL", "{trade} {family} et Fils")


@dataclass(frozen=True)
class PersonName:
    """A name with the language its bearer reads."""

    name: str
    language: str

    @property
    def mailbox(self) -> str:
        """The name as it stands before the @ of an address."""
        plain = "".join(c for c in normalize("NFD", self.name.lower()) if not combining(c))
        return ".".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())


class People:
    """Draws names of one site."""

    def __init__(self, site_code: str, random: Random) -> None:
        self._random = random
        self._groups = _REGIONS[site_code]
        self._shares = [share for _group, share, _language in self._groups]

    def person(self) -> PersonName:
        """A man or a woman."""
        (families, men, women), language = self._group()
        given = self._random.choice(men if self._random.random() < 0.58 else women)
        if self._random.random() < 0.22:
            second = self._random.choice(men if given in men else women)
            given = given if second == given else f"{given} {second}"
        own = self._random.random() < _OWN_LANGUAGE_SHARE
        return PersonName(f"{given} {self._random.choice(families)}", language if own else "fr")

    def company(self) -> PersonName:
        """A firm that rents a shop or an office."""
        (families, _men, _women), _language = self._group()
        form = self._random.choice(_FORMS)
        return PersonName(form.format(trade=self._random.choice(_TRADES), family=self._random.choice(families)), "fr")

    def _group(self) -> tuple[tuple[Sequence[str], Sequence[str], Sequence[str]], str]:
        group, _share, language = self._random.choices(self._groups, self._shares)[0]
        return group, language
