"""`{% line points title %}`, `{% bar part whole %}`, `{% signed_bar part low high %}`: drawings of screens.charts."""

from django import template

from screens import charts

register = template.Library()

register.inclusion_tag("components/line.html")(charts.line)
register.inclusion_tag("components/bar.html")(charts.bar)
register.inclusion_tag("components/signed_bar.html")(charts.signed_bar)
