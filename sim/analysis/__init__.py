"""Analyses of results: they read results only, and pair worlds by number."""
