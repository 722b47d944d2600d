"""Works of subjects that no question here asks about. They are invented; their DOIs are of the prefix that is kept for tests."""

from __future__ import annotations

from typing import NamedTuple


class Foreign(NamedTuple):
    """A work and sentences of it."""

    doi: str
    title: str
    authors: tuple[str, ...]
    year: int
    venue: str
    sentences: tuple[str, ...]


FOREIGN = (
    Foreign(
        "10.5555/cardio.2021.114",
        "Statin Dose and Cardiovascular Events in Older Adults: A Cohort Study",
        ("Helene Brandt", "Tomas Aguilar"),
        2021,
        "Journal of Preventive Cardiology",
        (
            "High-dose atorvastatin lowers LDL cholesterol by 51% against 38% for the low dose after twelve weeks.",
            "Among adults over 75, the yearly rate of myocardial infarction falls from 2.9% to 2.1% with a statin.",
        ),
    ),
    Foreign(
        "10.5555/agro.2019.087",
        "Nitrogen Uptake of Winter Wheat Under Reduced Tillage",
        ("Piotr Zielinski", "Anna Korhonen"),
        2019,
        "Field Crops Letters",
        (
            "Reduced tillage raises the nitrogen uptake of winter wheat by 14 kg per hectare in dry years.",
            "Grain yield under direct drilling is 6.8 t per hectare, against 7.1 t per hectare after ploughing.",
        ),
    ),
    Foreign(
        "10.5555/econ.2020.233",
        "Minimum Wages and Youth Employment in Border Counties",
        ("Carla Mendes", "Ruth Eklund", "James Oduya"),
        2020,
        "Review of Regional Economics",
        (
            "A rise of the minimum wage by 10% lowers youth employment in border counties by 0.4%.",
            "Turnover in restaurants falls by 5.2% in the year after a rise of the minimum wage.",
        ),
    ),
    Foreign(
        "10.5555/ocean.2018.041",
        "Seagrass Meadows as Carbon Stores Along a Salinity Gradient",
        ("Mina Takahashi", "Oscar Lindqvist"),
        2018,
        "Coastal Ecology",
        (
            "Seagrass meadows store 138 g of carbon per square metre and year, three times as much as bare sediment.",
            "Leaf growth halves when salinity falls below 12 g per kilogram.",
        ),
    ),
    Foreign(
        "10.5555/archaeo.2022.019",
        "Roof Tiles and Trade in Late Antique Harbour Towns",
        ("Giulia Ferraro", "Stefan Novak"),
        2022,
        "Mediterranean Archaeology Reports",
        (
            "Of 412 stamped roof tiles, 61% come from kilns more than 200 km away.",
            "Harbour towns imported fewer amphorae after the fifth century than inland towns did.",
        ),
    ),
)
