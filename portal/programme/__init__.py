"""The programme's figures: what funders ask of the whole, by period, site, track and more."""
