"""The report: one page that holds a run's question, answer, figures, causes and provenance, and needs nothing else.

from sim import load_results
from sim.report import report, write_report

write_report(report(load_results("results/enlargement_veto"), load_results("results/...")), "answer.html")
"""

from sim.report.page import report, write_report

__all__ = ["report", "write_report"]
