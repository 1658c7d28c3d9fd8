"""The verbs: plain functions that decide."""
