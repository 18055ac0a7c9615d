"""What a version of a track says, in plain words."""

from django import template

from allocations.tables import tracks

register = template.Library()

register.filter("answer_time", tracks.answer_time)
register.filter("track_size", tracks.size)
register.filter("track_lengths", tracks.lengths)
register.filter("track_sites", tracks.sites)
