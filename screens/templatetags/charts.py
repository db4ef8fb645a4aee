"""`{% line points title %}` and `{% bar part whole %}`: the drawings of screens.charts."""

from django import template

from screens import charts

register = template.Library()

register.inclusion_tag("components/line.html")(charts.line)
register.inclusion_tag("components/bar.html")(charts.bar)
