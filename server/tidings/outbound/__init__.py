"""The only room that calls other servers."""
