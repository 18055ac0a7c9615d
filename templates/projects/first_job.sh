{% autoescape off %}#!/bin/bash
#SBATCH --job-name=first-job
#SBATCH --account={{ account }}
#SBATCH --partition={{ partition }}
#SBATCH --gres=gpu:1
#SBATCH --time=00:10:00
#SBATCH --output=%x-%j.txt

# Asks {{ site.name }} for one GPU for ten minutes at most.
echo "Job $SLURM_JOB_ID runs on $(hostname)."
nvidia-smi || echo "nvidia-smi is not installed on this node."
{% endautoescape %}
