"""The Fomo-compatible REST API under /api."""
