"""Figures and tables with their sources, and the maps between observed scales and state variables."""
