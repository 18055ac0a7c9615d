"""Two real Slurm clusters, their accounting and a PostgreSQL, in one folder of one machine."""
