"""The dashboard's door: pages for a site's owner, below /dashboard."""
