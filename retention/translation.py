from modeltranslation.translator import TranslationOptions, register

from retention.models import Offer, TalkGuide


@register(Offer)
class OfferTranslation(TranslationOptions):
    fields = ("name", "description")


@register(TalkGuide)
class TalkGuideTranslation(TranslationOptions):
    fields = ("opening", "question", "no_promise")
