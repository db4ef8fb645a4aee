"""What anything of the portfolio is found by: a row for each word of its name, its code, its numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites_app.models import SiteScopedModel

LONGEST_WORD = 40


class SearchWord(SiteScopedModel):
    """One word of one tenant, contract, property or owner, spelled plainly (leasing/spelling.py).

    The database writes these rows whenever it writes those (triggers of migration 0010). A table, not an index of
    trigrams: beside row-level security only plain comparisons use an index (docs/performance.md).
    """

    class Kind(models.TextChoices):
        TENANT = "tenant", _("Tenants")
        CONTRACT = "contract", _("Contracts")
        PROPERTY = "property", _("Properties")
        OWNER = "owner", _("Owners")

    # Nothing points at a word, and there are a dozen for each tenant: a small key will do.
    id = None  # type: ignore[assignment]
    number = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject = models.UUIDField()
    word = models.CharField(max_length=LONGEST_WORD, db_collation="C")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "word", "subject"], name="search_word_once_per_subject")
        ]
        indexes = [models.Index(fields=["site", "subject"], name="search_word_site_subject")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.word}"
