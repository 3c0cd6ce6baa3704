"""Generators of the documentation: what can be read off the declarations, docstrings and the command line is never typed twice."""
