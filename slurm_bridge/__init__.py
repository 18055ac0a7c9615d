"""Everything that runs at a site: it makes Slurm match what the portal wants, and reports back."""

__version__ = "0.1.0"
