"""Text: templates, time ago, links and the scripts that a page loads. Pure functions."""
