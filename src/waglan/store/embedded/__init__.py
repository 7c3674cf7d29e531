"""PostgreSQL that Waglan brings along: found, started, kept alive and stopped by us."""
