"""Reports: read-only figures of projects and sites, as a page and as exports."""
