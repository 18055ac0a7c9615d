"""The names under which an exporter publishes; the bridge and Prometheus read the same ones."""

EXPORTER = "belfry_gpu_exporter"
TIME = "belfry_gpu_exporter_time_seconds"

# Of each job and GPU; counters end in _total where they are read.
SAMPLES = "belfry_gpu_job_samples"
OBSERVED = "belfry_gpu_job_observed_seconds"
UTILISATION = "belfry_gpu_job_utilisation_seconds"
IDLE = "belfry_gpu_job_idle_seconds"
SM_ACTIVE = "belfry_gpu_job_sm_active_seconds"
TENSOR_ACTIVE = "belfry_gpu_job_tensor_active_seconds"
DRAM_ACTIVE = "belfry_gpu_job_dram_active_seconds"
ENERGY = "belfry_gpu_job_energy_joules"
PEAK_MEMORY = "belfry_gpu_job_peak_memory_bytes"
MEMORY_TOTAL = "belfry_gpu_job_memory_total_bytes"
LAST_SAMPLE = "belfry_gpu_job_last_sample_time_seconds"
SHARED = "belfry_gpu_job_shared"
