"""The API that the sites' bridges call: `/api/bridge/v1`."""
