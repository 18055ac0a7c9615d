"""The domain: sites, tracks, applications, decisions, projects, allocations and usage."""
