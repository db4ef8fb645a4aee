"""The forms of screens.formats as filters: `{{ amount|francs:currency }}`, `{{ day|month }}`."""

from django import template

from screens import formats

register = template.Library()

for form in (formats.francs, formats.number, formats.percent, formats.phone, formats.whatsapp):
    register.filter(form)
for on_the_sites_clock in (
    formats.date_short,
    formats.date_long,
    formats.date_middle,
    formats.month,
    formats.month_short,
    formats.clock,
):
    register.filter(on_the_sites_clock, expects_localtime=True)
