"""What a tenant does not want: to be scored, or to be spoken to about offers by some channel."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models import Interaction, Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel


@pghistory.track(*every_change())
class ScoringObjection(SiteScopedModel):
    """A tenant who does not want to be scored. It holds for good."""

    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="scoring_objections", verbose_name=_("tenant")
    )
    since = models.DateField(_("since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
        db_index=False,
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["-since"]
        verbose_name = _("objection to scoring")
        verbose_name_plural = _("objections to scoring")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "tenant"],
                name="one_scoring_objection_per_tenant",
                violation_error_message=_("This tenant has objected already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id} · {self.since:%Y-%m-%d}"


@pghistory.track(*every_change())
class ContactPreference(SiteScopedModel):
    """Whether a tenant wants to hear of offers by a channel. Without a row: yes, but by WhatsApp, which is opted into.

    What the contract asks for (rent, notices, repairs) goes its way all the same.
    """

    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="contact_preferences", verbose_name=_("tenant")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Interaction.Channel.choices)
    allowed = models.BooleanField(_("allowed"))
    since = models.DateField(_("since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
        db_index=False,
    )

    class Meta:
        ordering = ["tenant", "channel"]
        verbose_name = _("contact preference")
        verbose_name_plural = _("contact preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "tenant", "channel"],
                name="one_contact_preference_per_channel",
                violation_error_message=_("This channel is on record already: change it there."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id} · {self.channel}"
