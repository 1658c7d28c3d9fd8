"""SQL: the only room that speaks it."""
