"""The raw folder: reading it, remembering what was read and whose it is, finding the row behind a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

STATES = ["ALB", "BIH", "XKX", "MNE", "MKD", "SRB"]
JUDGEMENTS = Path(__file__).parent / "judgements"


class Owner(NamedTuple):
    """Whose data a raw file holds, on what terms, and where the owner publishes it."""

    source: str
    licence: str
    url: str


WGI = "World Bank, Worldwide Governance Indicators, 2024 update"
WDI = "World Bank, World Development Indicators"
WDI_PAGE = "https://data.worldbank.org/indicator/"
OWNERS = {
    "vdem_libdem": Owner("V-Dem v15, v2x_libdem", "CC BY-SA 4.0", "https://doi.org/10.23696/vdemds25"),
    "wgi": Owner(WGI, "CC BY 4.0", "https://www.govindicators.org"),
    "gdp_per_capita_ppp_const2021": Owner(f"{WDI}, NY.GDP.PCAP.PP.KD", "CC BY 4.0", f"{WDI_PAGE}NY.GDP.PCAP.PP.KD"),
    "population": Owner(f"{WDI}, SP.POP.TOTL", "CC BY 4.0", f"{WDI_PAGE}SP.POP.TOTL"),
    "gdp_current_usd": Owner(f"{WDI}, NY.GDP.MKTP.CD", "CC BY 4.0", f"{WDI_PAGE}NY.GDP.MKTP.CD"),
    "fdi_net_inflows_pct_gdp": Owner(f"{WDI}, BX.KLT.DINV.WD.GD.ZS", "CC BY 4.0", f"{WDI_PAGE}BX.KLT.DINV.WD.GD.ZS"),
    "nato_defence_spend": Owner("NATO definition, Defence Expenditure of NATO Countries", "NATO, cited", ""),
    "milex_pct_gdp_sipri": Owner(
        "SIPRI Military Expenditure Database",
        "SIPRI: attribution, non-commercial",
        "https://www.sipri.org/databases/milex",
    ),
    "unga_ideal_points": Owner(
        "Bailey, Strezhnev & Voeten, UNGA ideal points, July 2025 release",
        "CC0",
        "https://doi.org/10.1177/0022002715595700",
    ),
    "gas_import_share_russia": Owner("Eurostat, nrg_ti_gas", "CC BY 4.0", "https://ec.europa.eu/eurostat/databrowser/view/nrg_ti_gas"),
    "trade_share_itpde_2008_2016": Owner("USITC, ITPD-E release 1", "US public data", "https://www.usitc.gov/data/gravity/itpde.htm"),
    "trade_top_partners_factbook": Owner("CIA World Factbook, trade partners", "public domain", "https://www.cia.gov/the-world-factbook/"),
    "composition_factbook": Owner("CIA World Factbook, composition", "public domain", "https://www.cia.gov/the-world-factbook/"),
    "china_dev_finance_aiddata": Owner(
        "AidData, Global Chinese Development Finance 3.0",
        "ODC-BY",
        "https://www.aiddata.org/data/aiddatas-global-chinese-development-finance-dataset-version-3-0",
    ),
}
CITED_FACTS = "facts, cited"


def owner_of(file: str) -> Owner:
    """The owner of a raw file; the governance indicators share one."""
    return OWNERS["wgi" if file.startswith("wgi_") else file]


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


class RawFolder:
    """The folder of raw tables. `hashes` lists every file read so far with its SHA-256."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SystemExit(f"not a folder: {folder}")
        self.folder = folder
        self.hashes: dict[str, str] = {}
        self._tables: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame:
        """The raw table `name` (without .csv), text columns as text."""
        if name not in self._tables:
            path = self.folder / f"{name}.csv"
            if not path.is_file():
                raise SystemExit(f"raw file missing: {path.name}")
            self.hashes[path.name] = digest(path)
            self._tables[name] = pd.read_csv(path, keep_default_na=False, na_values=[""])
        return self._tables[name]

    def evidence(self, reference: str) -> str:
        """The address behind `file | words | words`: the one row of that file which holds all the words.

        Raises SystemExit when no row or rows with different addresses match, so that a judgement never
        points at a row that is not there.
        """
        name, *words = [part.strip() for part in reference.split("|")]
        table = self.table(name)
        text = table.fillna("").astype(str).agg(" | ".join, axis=1)
        hit = pd.Series(True, index=table.index)
        for word in words:
            hit &= text.str.contains(word, regex=False)
        addresses = table.loc[hit, "source_url"].unique()
        if len(addresses) != 1:
            raise SystemExit(f"evidence '{reference}' matches {len(addresses)} addresses, must be exactly one")
        return str(addresses[0])


def lines(table: pd.DataFrame) -> Iterable[Any]:
    """The rows of a table, cells by column name."""
    return table.itertuples()


def judgement(name: str) -> pd.DataFrame:
    """A table of the project's own readings, kept beside this script; every cell is text."""
    return pd.read_csv(JUDGEMENTS / f"{name}.csv", dtype=str, keep_default_na=False)
