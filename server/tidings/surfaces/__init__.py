"""The doors: one folder an HTTP API."""
