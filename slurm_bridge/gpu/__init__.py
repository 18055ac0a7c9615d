"""What GPUs really did for each job: measured on compute nodes, gathered by the bridge."""
