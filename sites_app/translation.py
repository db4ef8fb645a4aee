from modeltranslation.translator import TranslationOptions, register

from sites_app.models import RegionalRule, Site


@register(Site)
class SiteTranslation(TranslationOptions):
    fields = ("name",)


@register(RegionalRule)
class RegionalRuleTranslation(TranslationOptions):
    fields = ("description",)
