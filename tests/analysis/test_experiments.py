"""The pages on experiments and on reading results, executed as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from sim import run
from sim.analysis.design_file import read_design
from sim.cli import main
from sim.scenario import Scenario

ROOT = Path(__file__).parents[2]


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)


def write_files(folder):
    for text in blocks("experiments.md", "yaml"):
        name = re.match(r"# (\S+)\n", text)
        (folder / name[1]).write_text(text)


@pytest.mark.slow
def test_five_commands_lead_to_a_defended_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    commands = [line for block in blocks("experiments.md", "bash") for line in block.splitlines() if line]
    assert len(commands) == 5
    printed = {}
    for line in commands:
        program, *words = shlex.split(line)
        assert program == "balkansim"
        assert main(words) == 0, line
        printed[words[0]] = " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "study" / "summary.parquet").exists()
    assert (tmp_path / "front.svg").stat().st_size > 1000
    answer = (
        r"one_plan is best in \d+ of 10 worlds by BIH.stability"
        r"(, unless us.engagement falls below [\d.]+: then staged_accession|; no single assumption that was tried puts another ahead)"
    )
    assert re.search(answer, printed["robust"]), printed["robust"]
    assert "western_leverage" in printed["explain"]
    assert "they part in" in printed["twin"]
    assert "share of the variance" in printed["sensitivity"]


def test_the_files_of_the_page_and_the_example_check_clean(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    design = read_design("attention.yaml")
    assert design.policies_of(design.scenarios[0]) == ["none", "staged_accession", "one_plan"]
    for file in sorted((ROOT / "sweeps").glob("*.yaml")):
        assert read_design(file).outcomes


def test_every_line_on_reading_reads(tmp_path):
    import pandas
    import pyarrow.dataset

    out = tmp_path / "RUN"
    results = run(Scenario.from_text("extends: baseline\nend: 2024Q2\n", "short"), 70, out=out)
    names = {"pandas": pandas, "pyarrow": pyarrow}
    for module in ("duckdb", "xarray"):
        names[module] = pytest.importorskip(module)
    for line in blocks("reading-results.md", "python"):
        exec(line.replace("RUN/", f"{out}/").replace("2034Q4", "2024Q2"), names)
    last = results.values("SRB.eu_alignment")[:, -1]
    assert len(names["states"]) == 70 * 2 * 6
    assert sorted(names["table"]["eu_alignment"].to_pylist()) == pytest.approx(sorted(last.tolist()))
    assert names["medians"].set_index("state").iloc[:, 0]["SRB"] == pytest.approx(float(sorted(last)[34] + sorted(last)[35]) / 2, abs=1e-6)
    assert float(names["cube"].eu_alignment.sel(state="SRB", quarter="2024Q2", world=3)) == pytest.approx(float(last[3]))
    assert names["mean"] == pytest.approx(names["states"]["eu_alignment"].mean(), abs=1e-6)
    row = names["by_quarter"].query("state == 'SRB' and quarter == '2024Q2'").iloc[0]
    assert row["mean"] == pytest.approx(float(last.mean()), abs=1e-6)
    assert row["p05"] <= row["mean"] <= row["p95"]
