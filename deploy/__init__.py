"""What Belfry is installed with: testbed, services, and Slurm's files."""
