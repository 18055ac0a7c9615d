"""What an hour is made of: amounts are kept in GPU-minutes and GPU-seconds, and shown in hours."""

SECONDS_A_MINUTE = 60
MINUTES_AN_HOUR = 60
SECONDS_AN_HOUR = 3600
