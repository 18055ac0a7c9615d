"""NVIDIA's library as a script plays it, so that nvidia-ml-py can be tried without a GPU."""
