"""balkansim: what may become of the Western Balkans, and why, in thousands of paired worlds."""

__version__ = "0.1.0"
