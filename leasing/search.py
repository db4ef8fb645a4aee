"""Finding anybody and anything of the portfolio by what a person types: two statements more when nothing is found."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from changes import sql
from leasing.models import Property, SearchWord
from leasing.spelling import Term, squeezed, terms_of
from screens.lists import matching

FEWEST_CHARACTERS = 2
SHOWN = 20
MOST = 200
_AFTER_ALL = "\U0010ffff"
_MOST_WORDS_ALIKE = 3
_ALIKE = 0.75
_SHORTEST_MISSPELT = 4
# Of several terms the rarer of the first two leads, if fewer than so many things have it.
_MOST_LEADING = 2
_MANY = 500
_MOST_TERMS = 6
# Which letters a name may begin with that is written as it is heard.
_HEARD = ("ckq", "cs", "sz", "fp", "dj", "gj", "iy", "ouw", "bv", "vw", "ae", "hw")
_TENANT, _CONTRACT, _PROPERTY, _OWNER = (kind.value for kind in SearchWord.Kind)
KINDS = (_TENANT, _CONTRACT, _PROPERTY, _OWNER)


@dataclass(frozen=True)
class Hit:
    """One thing that was found, and what tells it from the others.

    `name` is a tenant's or an owner's, of a contract its tenant's, of a property its neighbourhood and address;
    `home` the property, by its code and neighbourhood, of a tenant and of a contract. `state` is the contract's.
    """

    kind: str
    site_id: str
    id: UUID
    code: str
    name: str
    phone: str
    home: str
    state: str
    is_exact: bool  # its whole code or number was typed


@dataclass(frozen=True)
class Found:
    """By kind the best first, at most as many as were asked for; `more` names the kinds of which there are others.

    `is_guess`: nothing is spelled like that; these are spelled nearly so.
    """

    hits: Mapping[str, Sequence[Hit]]
    more: frozenset[str] = frozenset()
    is_guess: bool = False

    @property
    def the_one(self) -> Hit | None:
        """What somebody means who has typed a whole code or number that only one thing has."""
        exact = [hit for hits in self.hits.values() for hit in hits if hit.is_exact]
        return exact[0] if len(exact) == 1 else None


def is_enough(text: str) -> bool:
    """Whether there is something to look for: two letters or digits."""
    return len(squeezed(text)) >= FEWEST_CHARACTERS


def find(sites: Sequence[str], text: str, *, limit: int = SHOWN, kinds: Sequence[str] = KINDS) -> Found:
    """What of these sites has every word and number of a text, whatever its accents: at most three statements.

    Of more than six the six longest are enough.
    """
    # Of equally rare ones the longest leads. More of them tell nothing apart, and take long to plan.
    terms = sorted(terms_of(text), key=lambda term: -len(term.beginnings[0]))[:_MOST_TERMS]
    if not is_enough(text) or not terms:
        return Found({})
    found = _found(sites, text, terms, limit, kinds)
    if any(found.hits.values()):
        return found
    nearly = _spelled_nearly(sites, terms)
    if nearly is None:
        return found
    guessed = _found(sites, text, nearly, limit, kinds)
    return Found(guessed.hits, guessed.more, is_guess=True)


def properties_of(site: str, owner: UUID, *, limit: int) -> Found:
    """What an owner has let the agency manage, by code."""
    rows = Property.objects.filter(site=site, owner=owner).order_by("code")[: limit + 1]
    hits = [
        Hit(_PROPERTY, row.site_id, row.id, row.code, _joined(row.neighbourhood, row.address), "", "", "", False)
        for row in rows
    ]
    return Found({_PROPERTY: hits[:limit]}, frozenset({_PROPERTY} if len(hits) > limit else ()))


def _joined(*texts: str) -> str:
    return " · ".join(filter(None, texts))


def having(text: str, keys: Mapping[str, str]) -> Q:
    """The rows of any table whose tenant, contract, property or owner has every word and number of a text.

    `keys` gives for each kind the path to its id. Nothing is had by a text without a letter or digit.
    """
    terms = terms_of(text)
    if not terms:
        return Q(pk__in=())
    found = Q()
    for term in terms:
        one = Q()
        for kind, path in keys.items():
            words = SearchWord.objects.filter(_begins(term), kind=kind)
            one |= Q(**{f"{path}__in": words.values("subject")})
        found &= one
    return found


def listed(text: str, *paths: str, keys: Mapping[str, str]) -> Q:
    """The filter of a list's search box: each word stands in one of the paths, or is had by what `keys` lead to."""
    found = Q()
    for word in text.split():
        found &= matching(word, *paths) | having(word, keys)
    # A number may be typed with spaces.
    return found | having(text, keys) if " " in text.strip() else found


def _begins(term: Term) -> Q:
    found = Q()
    for beginning in term.beginnings:
        found |= Q(word__gte=beginning, word__lt=beginning + _AFTER_ALL)
    return found


def _found(sites: Sequence[str], text: str, terms: Sequence[Term], limit: int, kinds: Sequence[str]) -> Found:
    parameters: dict[str, object] = {
        "sites": list(sites),
        "whole": squeezed(text),
        "typed": [beginning for term in terms for beginning in term.beginnings],
        "is_one": len(terms) == 1,
        "limit": limit + 1,
        "candidates": 2 * limit,
    }
    ranges = [_ranges(place, term, parameters) for place, term in enumerate(terms)]
    ranked = _RANKED.format(rarest=_rarest(ranges), candidates=_candidates(ranges))
    statement = " UNION ALL ".join(f"({_FACTS[kind].format(ranked=ranked.format(kind=kind))})" for kind in kinds)
    hits: dict[str, list[Hit]] = {kind: [] for kind in kinds}
    for row in sql.rows(statement, parameters):
        hits[row["kind"]].append(Hit(**row))
    more = frozenset(kind for kind, rows in hits.items() if len(rows) > limit)
    return Found({kind: rows[:limit] for kind, rows in hits.items()}, more)


def _ranges(place: int, term: Term, parameters: dict[str, object]) -> list[str]:
    """The conditions of a word `w`, each of which a scan of the index answers; their values go to the parameters."""
    ranges = []
    for number, beginning in enumerate(term.beginnings):
        low, high = f"from_{place}_{number}", f"to_{place}_{number}"
        parameters |= {low: beginning, high: beginning + _AFTER_ALL}
        ranges.append(f"w.word >= %({low})s AND w.word < %({high})s")
    return ranges


def _leading(ranges: Sequence[list[str]]) -> Sequence[list[str]]:
    return ranges[:_MOST_LEADING] if len(ranges) > 1 else ()


def _rarest(ranges: Sequence[list[str]]) -> str:
    """Which of the terms few things of a kind have: the rarest, or none (-1) where many have each."""
    counts = [
        f"SELECT {place} AS place, (SELECT count(*) FROM (SELECT FROM leasing_searchword w"
        f" WHERE w.site_id = ANY (%(sites)s) AND w.kind = '{{kind}}' AND {_any(term)} LIMIT {_MANY}) c) AS n"
        for place, term in enumerate(_leading(ranges))
    ]
    if not counts:
        return ""
    rarest = f"SELECT CASE WHEN n < {_MANY} THEN place ELSE -1 END AS place FROM ({' UNION ALL '.join(counts)}) c"
    return f"WITH rarest AS ({rarest} ORDER BY n, c.place LIMIT 1)"


def _any(term: list[str], alias: str = "w") -> str:
    return f"({' OR '.join(f'({one})' for one in term)})".replace("w.", f"{alias}.")


def _candidates(ranges: Sequence[list[str]]) -> str:
    """Who has all the terms: branches of which one is run, or one for each beginning of the term that leads.

    What few have leads, and the others are looked up for them. What many have is read and joined: to look one up for
    each of ten thousand takes longer.
    """
    leading = _leading(ranges)
    if not leading:
        return " UNION ALL ".join(_led(0, [one], ranges, "") for one in ranges[0])
    branches = [
        _led(place, [one], ranges, f" AND (SELECT place FROM rarest) = {place}")
        for place, term in enumerate(leading)
        for one in term
    ]
    joins = " ".join(
        f"JOIN leasing_searchword j{number} ON j{number}.site_id = s.code AND j{number}.kind = '{{kind}}'"
        f" AND j{number}.subject = lead.subject AND {_any(term, f'j{number}')}"
        for number, term in enumerate(leading)
        if number
    )
    rest = ranges[len(leading) :]
    is_none = " AND (SELECT place FROM rarest) = -1"
    return " UNION ALL ".join([*branches, _led(0, ranges[0], [ranges[0], *rest], is_none, joins)])


def _led(place: int, beginnings: list[str], ranges: Sequence[list[str]], condition: str, joins: str = "") -> str:
    """The first that have one of the beginnings, in the order of the index, and have all other terms too."""
    others = " ".join(
        "CROSS JOIN LATERAL (SELECT FROM leasing_searchword w WHERE w.site_id = lead.site_id"
        f" AND w.subject = lead.subject AND {_any(term)} LIMIT 1) o{number}"
        for number, term in enumerate(ranges)
        if number != place
    )
    return (
        f"(SELECT lead.subject, lead.word FROM leasing_searchword lead {joins} {others}"
        f" WHERE lead.site_id = s.code AND lead.kind = '{{kind}}' AND {_any(beginnings, 'lead')}{condition}"
        f" ORDER BY lead.word LIMIT %(candidates)s)"
    )


_RANKED = """
    {rarest}
    SELECT s.code AS site_id, f.subject,
        bool_or(f.word = %(whole)s) AS is_whole,
        bool_or(split_part(f.word, ' ', 1) = ANY (%(typed)s::text[])) AS is_word,
        bool_or(%(is_one)s AND f.word ~ '^~?[0-9]{{{{8,}}}}$' AND f.word = ANY (%(typed)s::text[])) AS is_number
    FROM unnest(%(sites)s::text[]) AS s (code) CROSS JOIN LATERAL ({candidates}) f
    GROUP BY s.code, f.subject
"""
# Spelling every code would take longer than finding it.
_IS_CODE = "is_whole AND translate(search_plain({code}), ' ''-', '') = %(whole)s"
_HOME = "concat_ws(' · ', p.code, nullif(p.neighbourhood, ''))"

_FACTS = {
    _TENANT: f"""
        SELECT 'tenant' AS kind, t.site_id, t.id, t.code, t.name, t.phone, coalesce(h.home, '') AS home, '' AS state,
            t.is_exact
        FROM (
            SELECT t.site_id, t.id, t.code, t.name, t.phone, is_word,
                is_number OR ({_IS_CODE.format(code="t.code")}) AS is_exact
            FROM ({{ranked}}) r JOIN leasing_tenant t ON t.site_id = r.site_id AND t.id = r.subject
            ORDER BY is_exact DESC, is_word DESC, t.name, t.code LIMIT %(limit)s
        ) t
        LEFT JOIN LATERAL (
            SELECT {_HOME} AS home FROM leasing_contract c
            JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
            WHERE c.site_id = t.site_id AND c.tenant_id = t.id AND c.status <> 'draft'
            ORDER BY c.start_date DESC LIMIT 1
        ) h ON true
        ORDER BY is_exact DESC, is_word DESC, name, code
    """,
    _CONTRACT: f"""
        SELECT 'contract' AS kind, c.site_id, c.id, c.reference AS code, t.name, t.phone, {_HOME} AS home,
            c.status AS state, c.is_exact
        FROM (
            SELECT c.site_id, c.id, c.reference, c.tenant_id, c.property_id, c.status, is_word,
                {_IS_CODE.format(code="c.reference")} AS is_exact
            FROM ({{ranked}}) r JOIN leasing_contract c ON c.site_id = r.site_id AND c.id = r.subject
            ORDER BY is_exact DESC, is_word DESC, c.reference LIMIT %(limit)s
        ) c
        JOIN leasing_tenant t ON t.site_id = c.site_id AND t.id = c.tenant_id
        JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
        ORDER BY is_exact DESC, is_word DESC, reference
    """,
    _PROPERTY: f"""
        SELECT 'property' AS kind, p.site_id, p.id, p.code,
            concat_ws(' · ', nullif(p.neighbourhood, ''), nullif(p.address, '')) AS name,
            '' AS phone, '' AS home, '' AS state, {_IS_CODE.format(code="p.code")} AS is_exact
        FROM ({{ranked}}) r JOIN leasing_property p ON p.site_id = r.site_id AND p.id = r.subject
        ORDER BY is_exact DESC, is_word DESC, p.code LIMIT %(limit)s
    """,
    _OWNER: """
        SELECT 'owner' AS kind, o.site_id, o.id, '' AS code, o.name, o.phone, '' AS home, '' AS state,
            is_number AS is_exact
        FROM ({ranked}) r JOIN leasing_owner o ON o.site_id = r.site_id AND o.id = r.subject
        ORDER BY is_number DESC, is_word DESC, o.name LIMIT %(limit)s
    """,
}


# --- what is spelled nearly so ----------------------------------------------------------------------------------


def _spelled_nearly(sites: Sequence[str], terms: Sequence[Term]) -> list[Term] | None:
    """The same with the names that look most like each word; None where none does."""
    misspelt = [term for term in terms if _may_be_misspelt(term.beginnings[0])]
    if not misspelt:
        return None
    initials = {initial for term in misspelt for initial in _initials(term.beginnings[0])}
    rows = sql.rows(_NAMES, {"sites": list(sites), "initials": sorted(initials), "last": _AFTER_ALL})
    names = sorted({row["name"] for row in rows})
    nearly = [_with_names(term, names) if term in misspelt else term for term in terms]
    return nearly if nearly != list(terms) else None


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= _SHORTEST_MISSPELT and not re.search(r"[0-9~]", word)


def _initials(word: str) -> Iterator[str]:
    yield word[0]
    for letters in _HEARD:
        if word[0] in letters:
            yield from letters


def _with_names(term: Term, names: Iterable[str]) -> Term:
    alike = difflib.get_close_matches(term.beginnings[0], list(names), n=_MOST_WORDS_ALIKE, cutoff=_ALIKE)
    return Term(tuple(dict.fromkeys((*term.beginnings, *alike))))


# From one name to the next through the index, without reading who has it; past what begins like a code.
_NAMES = """
    WITH RECURSIVE step AS (
        SELECT s.code, k.kind, i.initial, (
            SELECT min(w.word) FROM leasing_searchword w
            WHERE w.site_id = s.code AND w.kind = k.kind AND w.word >= i.initial AND w.word < i.initial || %(last)s
        ) AS word
        FROM unnest(%(sites)s::text[]) AS s (code), unnest(ARRAY['tenant', 'owner', 'property']) AS k (kind),
            unnest(%(initials)s::text[]) AS i (initial)
        UNION ALL
        SELECT code, kind, initial, (
            SELECT min(w.word) FROM leasing_searchword w
            WHERE w.site_id = step.code AND w.kind = step.kind AND w.word < step.initial || %(last)s
                AND w.word > CASE
                    WHEN split_part(step.word, ' ', 1) ~ '[0-9]' THEN substring(step.word FROM '^[^0-9]*') || ':'
                    ELSE split_part(step.word, ' ', 1) || '!'
                END
        )
        FROM step WHERE word IS NOT NULL
    )
    SELECT DISTINCT split_part(word, ' ', 1) AS name FROM (SELECT word FROM step LIMIT 2000) known WHERE word !~ '[0-9]'
"""
