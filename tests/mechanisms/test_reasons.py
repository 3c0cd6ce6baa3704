"""The reasons in the table of events: one cause each, the scenario's hand told apart from what the model brings about."""

from tests.helpers import plan_of, record


def reasons(event: str, levers: dict, end: str = "2030Q4") -> set[tuple[int, str]]:
    """(quarter of the run, reason) of an event."""
    return {(o.quarter, o.because) for o in record(plan_of(levers=levers, end=end)).occurrences if o.event == event}


def test_a_withdrawal_is_of_grievance_or_forced() -> None:
    angry = {"us.administration": "transactional", "us.later_elections": "transactional", "parameters.transatlantic.withdrawal_rate": 0.2}
    found = reasons("us_withdrawal", angry)
    assert {why for _, why in found} == {"grievance of a transactional administration"}
    assert reasons("us_withdrawal", {"force.us_withdrawal": "2025Q1", "parameters.transatlantic.withdrawal_rate": 0}) == {
        (4, "forced by the scenario")
    }


def test_an_administration_comes_by_election_or_by_the_scenario() -> None:
    elected = {"us.administration": "transactional", "us.later_elections": "continuity"}
    assert reasons("administration.transactional", elected) == {(4, "election")}
    assert reasons("administration.continuity", elected) == {(20, "election")}
    changed = {"us.administration": {"2024Q1": "continuity", "2026Q2": "transactional"}, "us.later_elections": "same"}
    assert reasons("administration.transactional", changed) == {(9, "set by the scenario")}


def test_an_election_is_due_called_early_or_forced() -> None:
    found = {why for _, why in reasons("election.SRB", {"force.turnover.SRB": "2024Q2"})}
    assert found == {"due", "called early", "forced by the scenario"}


def test_troops_leave_bosnia_for_calm_or_for_want_of_a_mandate() -> None:
    found = {why for _, why in reasons("deployment.eufor", {"parameters.alliance.mandate_block": 0.2, "initial.eufor.strength": 10})}
    assert {"calm", "lapse of the mandate"} <= found
