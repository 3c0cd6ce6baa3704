"""The yardstick: a plain scalar Mesa model of the same size, run by `mesa.batch_run`.

25 agents, 44 steps, 15 state variables each, about 40 scalar operations per agent and step; agent and model data are collected each step.
It says nothing about the Balkans: it is what the same amount of work costs when every world is a model of its own.
"""

from __future__ import annotations

import random
import time
import warnings

import mesa

AGENTS, STEPS, VARIABLES = 25, 44, 15


class ScalarAgent(mesa.Agent):
    """An agent with 15 numbers that it moves a little every step."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        for i in range(VARIABLES):
            setattr(self, f"x{i}", model.random.random())

    def step(self) -> None:
        """About 40 scalar operations: read, multiply, add, bound."""
        mean, draw = self.model.mean, self.model.random
        shock = draw.random() - 0.5
        self.x0 = min(1.0, max(0.0, self.x0 + 0.1 * (mean - self.x0) + 0.02 * shock))
        self.x1 = min(1.0, max(0.0, self.x1 + 0.05 * self.x0 * (1.0 - self.x1)))
        self.x2 = 0.9 * self.x2 + 0.1 * self.x1
        self.x3 = 0.9 * self.x3 + 0.1 * self.x2
        self.x4 = 0.9 * self.x4 + 0.1 * self.x3
        self.x5 = 0.9 * self.x5 + 0.1 * self.x4
        self.x6 = self.x6 + 0.01 * (self.x0 - self.x6)
        self.x7 = self.x7 + 0.01 * (self.x1 - self.x7)
        self.x8 = self.x8 + 0.01 * (self.x2 - self.x8)
        self.x9 = 0.5 * (self.x8 + self.x7)
        self.x10 = 0.5 * (self.x9 + self.x6)
        self.x11 = self.x10 * self.x0
        self.x12 = self.x11 + self.x1
        self.x13 = self.x12 - self.x2
        self.x14 = self.x13 * 0.5


class ScalarModel(mesa.Model):
    """One world; a batch is many of these."""

    def __init__(self, rng: int | None = None) -> None:
        super().__init__(rng=rng)
        self.random = random.Random(rng)
        self.mean = 0.5
        ScalarAgent.create_agents(self, AGENTS)
        reporters = {f"x{i}": f"x{i}" for i in range(VARIABLES)}
        self.datacollector = mesa.DataCollector(model_reporters={"mean": "mean"}, agent_reporters=reporters)

    def step(self) -> None:
        """All agents in turn, then the data of the step."""
        self.agents.do("step")
        self.mean = sum(a.x0 for a in self.agents) / AGENTS
        self.datacollector.collect(self)


def microseconds_per_run(runs: int = 30) -> float:
    """Processor time per run of `mesa.batch_run` on one process, in microseconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()
        mesa.batch_run(
            ScalarModel, {}, rng=list(range(runs)), max_steps=STEPS, data_collection_period=1, number_processes=1, display_progress=False
        )
        return (time.process_time() - start) / runs * 1e6


if __name__ == "__main__":
    print(f"{microseconds_per_run():,.0f} us per run")
