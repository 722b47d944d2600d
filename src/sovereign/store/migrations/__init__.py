"""Migrations of the store, run by ``store.database`` and never by hand."""
