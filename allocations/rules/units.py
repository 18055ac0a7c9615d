"""What an hour is made of: amounts are kept in GPU-minutes and GPU-seconds, and shown in hours."""

MINUTES_AN_HOUR = 60
SECONDS_AN_HOUR = 3600
