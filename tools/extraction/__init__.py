"""Turns the folder of raw figures into the project's own extract; see `tools/extract_figures.py`."""
