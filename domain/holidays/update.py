#!/usr/bin/env python3
"""Writes holidays.txt from the Python package `holidays`, and the names of countries from Babel.

    python3 -m venv /tmp/holidays && /tmp/holidays/bin/pip install -r domain/holidays/requirements.txt
    /tmp/holidays/bin/python domain/holidays/update.py

To be done for each release: the package follows what countries decide each month, and the file ends ten years from now.
"""

import datetime
import pathlib
import re
import warnings

import babel
import holidays

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent
FIRST_YEAR = 2024
LAST_YEAR = datetime.date.today().year + 10
# Beside the languages of the country itself, those that Kalends speaks; `en` is whichever English there is.
SPOKEN = ["en", "fr", "de"]
# For countries with several languages of their own, which the package does not tell from translations.
OWN = {"BE": ["nl", "fr", "de"], "CA": ["en_CA", "fr"], "CH": ["de", "fr", "it"], "LU": ["lb", "fr", "de"]}


def short(language):
    return language.split("_")[0]


def languages_of(country):
    """The package's names of the languages, the country's own first, one for each short name."""
    supported = country.supported_languages
    wanted = [country.default_language, *OWN.get(country.country, [])]
    for spoken in SPOKEN:
        wanted += sorted(language for language in supported if short(language) == spoken)
    found = {}
    for language in wanted:
        if language in supported:
            found.setdefault(short(language), language)
    # A few countries are written in one language alone, of which the package does not say the name.
    return found or {"": None}


def region_name(code, aliases):
    readable = [alias for alias in aliases if len(alias) > 3 and not alias.isupper()]
    return readable[0] if readable else code


def holidays_of(code, region, year, languages):
    """By day, the names in each language."""
    asked = [holidays.country_holidays(code, subdiv=region, years=year, language=name) for name in languages.values()]
    return {day: tuple(clean(each.get(day)) for each in asked) for day in asked[0]}


def clean(name):
    # What keeps the fields apart is in no name.
    return re.sub(r"[|\n]", "/", str(name)).strip()


def country_lines(code):
    country = holidays.country_holidays(code)
    languages = languages_of(country)
    # School zones have the country's public holidays and no others.
    regions = [region for region in country.subdivisions if not region.startswith("Zone ")]
    aliases = country.get_subdivision_aliases()
    where = {}
    for region in [None, *regions]:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for day, names in holidays_of(code, region, year, languages).items():
                where.setdefault((names, day), set()).add(region or "")
    days = {}
    for (names, day), regions_of_day in where.items():
        is_everywhere = len(regions_of_day) == len(regions) + 1
        key = ("*",) if is_everywhere else tuple(sorted(regions_of_day))
        days.setdefault((key, names), []).append(day)
    if not days:
        return []
    names = [babel.Locale(language).territories.get(code, code) for language in SPOKEN]
    named = [f"{region}={region_name(region, aliases.get(region, []))}" for region in regions]
    lines = ["|".join(["=", code, " ".join(languages), *names, ";".join(named)])]
    for (key, names), dates in sorted(days.items(), key=lambda item: (min(item[1]), item[0])):
        written = " ".join(day.strftime("%y%m%d") for day in sorted(dates))
        lines.append("|".join([";".join(key), *names, written]))
    return lines


def main():
    lines = [
        f"# Public holidays {FIRST_YEAR} to {LAST_YEAR}, written by update.py from the Python package holidays {holidays.__version__}:",
        "# Copyright (c) Vacanza Team and individual contributors, and others before them, MIT License",
        "# (https://github.com/vacanza/holidays, LICENSE and CONTRIBUTORS). The names of countries are those of CLDR",
        f"# (Unicode License V3), by Babel {babel.__version__}.",
        "#",
        "# =|country|languages|its name in English|French|German|region=its name;…",
        "# regions that have it (* is the whole country, and an empty name what is so without any region)|its name in each language|days",
    ]
    for code in sorted(code for code in holidays.list_supported_countries() if len(code) == 2):
        lines += country_lines(code)
    (FOLDER / "holidays.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines until {LAST_YEAR}, from holidays {holidays.__version__}")


if __name__ == "__main__":
    main()
