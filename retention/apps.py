from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from retention.campaigns import consent, following
        from retention.causes import owner_consent, retention_action
        from retention.talks import TALK
        from tasks.causes import registry

        registry.register(TALK)
        registry.register(retention_action(following.action_ended, following.action_reopened))
        registry.register(owner_consent(consent.consent_ended, consent.consent_reopened))
