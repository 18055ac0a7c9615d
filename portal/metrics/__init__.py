"""What operators watch, in the format that Prometheus reads."""
