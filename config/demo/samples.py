"""Writes the sample opt-in files, as untidy as people's own; always the same bytes.

    python -m config.demo.samples

``juniper-optins.csv`` is one shop system's export over two years; ``juniper-filialen.csv`` comes
from a German spreadsheet: Windows-1252, semicolons, titles and dates in German.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILES = Path(__file__).parent / "files"
OPT_INS = FILES / "juniper-optins.csv"
STORES = FILES / "juniper-filialen.csv"
ROWS = 3_000
STORE_ROWS = 400

# The states with a limit of their own come first and often: they are what a newcomer looks for.
AREA_CODES = {
    "FL": "239 305 386 407 561 727 754 772 786 813 850 863 904 941 954",
    "OK": "405 539 580 918",
    "MD": "240 301 410 443 667",
    "OR": "458 503 541 971",
    "PR": "787 939",
    "CA": "213 310 415 510 619 650 714 818 916 925",
    "NY": "212 315 516 518 607 716 914",
    "TX": "210 214 281 409 512 713",
    "IL": "312 618 708 773",
    "WA": "206 253 360",
    "Canada": "416 514 604",
}


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Ana Andre Beatriz Bruno Carla Daniel Elena Erik Fatima Grace Hannah Hiro Ines Jamal Joao "
    "Jürgen José Kai Lena Liam Lúcia Marta Maya Nia Noah Olivia Omar Pedro Priya Quinn Rosa Sam "
    "Sofia Tariq Uma Victor Wanda Xavier Yuki Zoë"
)
LAST = _words(
    "Abbott Almeida Baker Becker Castro Chen Diaz Evans Fischer Garcia Hughes Ibrahim Jones Kim "
    "Köhler Lopez Müller Nguyen O'Neill Okafor Park Quist Ramos Schäfer Silva Smith Tanaka Ueda "
    "Vogel Weiß Young Zimmer"
)
SOURCES = ["Web form"] * 9 + ["web_form", "In person", "in person", "Phone call", "keyword"]
STORE_PLACES = ["Orlando", "Tulsa", "Baltimore", "Portland", "juniper.example/text-club"]
WORDING = "text-club"


def main() -> None:
    FILES.mkdir(exist_ok=True)
    OPT_INS.write_bytes(opt_ins())
    STORES.write_bytes(stores())


def opt_ins() -> bytes:
    """UTF-8 with a byte order mark, commas; about one row in twenty has something wrong with it."""
    chance = random.Random(20_261_122)  # noqa: S311  a sample, no secret
    title = "Phone Number,First Name,Last Name,Opt-in Source,Opt-in Date,Consent,Wording"
    rows = [_opt_in(chance, number) for number in _numbers(chance, ROWS)]
    for index in range(40):
        rows.insert(chance.randrange(len(rows)), list(rows[index * 7]))
    for row in chance.sample(rows, 120):
        _spoil(chance, row)
    return _written([*title.split(","), "Collected by", "Place"], rows, ",").encode("utf-8-sig")


def stores() -> bytes:
    chance = random.Random(20_261_123)  # noqa: S311
    title = "Handynummer;Vorname;Nachname;Quelle;Datum der Einwilligung;Einwilligung;Filiale"
    rows = []
    for number in _numbers(chance, STORE_ROWS, line=40):
        moment = _moment(chance)
        answer = "ja" if chance.random() < 0.96 else "nein"
        source = chance.choice(["vor ort", "vor ort", "vor ort", "Telefon"])
        rows.append(
            [
                _spelt(chance, number),
                *(chance.choice(FIRST), chance.choice(LAST), source),
                *(f"{moment:%d.%m.%Y %H:%M}", answer, chance.choice(STORE_PLACES[:4])),
            ]
        )
    return _written(title.split(";"), rows, ";").encode("cp1252")


def _numbers(chance: random.Random, count: int, line: int = 0) -> list[str]:
    """Distinct ten-digit numbers; those of states with a limit come three times as often."""
    codes = [
        code
        for place, text in AREA_CODES.items()
        for code in text.split()
        for _ in range(3 if place in {"FL", "OK", "MD", "OR"} else 1)
    ]
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{chance.choice(codes)}55501{chance.randrange(line, 100):02}"] = None
    return list(found)


def _opt_in(chance: random.Random, number: str) -> list[str]:
    source = chance.choice(SOURCES)
    in_shop = source.lower() == "in person"
    return [
        _spelt(chance, number),
        *(chance.choice(FIRST), chance.choice(LAST), source),
        _dated(chance, _moment(chance)),
        chance.choice(["yes", "yes", "Yes", "YES"]),
        WORDING if chance.random() < 0.9 else "",
        chance.choice(["Dana R.", "Luis M.", "Kim T."]) if in_shop else "",
        chance.choice(STORE_PLACES[:4]) if in_shop else STORE_PLACES[4],
    ]


def _moment(chance: random.Random) -> datetime:
    # Long past by any clock: a consent of the future would be rejected.
    newest = datetime(2025, 12, 15, 20, tzinfo=UTC)
    return newest - timedelta(minutes=chance.randrange(60 * 24 * 700))


def _dated(chance: random.Random, moment: datetime) -> str:
    draw = chance.random()
    if draw < 0.8:
        return moment.isoformat()
    if draw < 0.9:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment:%m/%d/%Y %I:%M %p}" if draw < 0.97 else f"{moment:%Y-%m-%d}"


def _spelt(chance: random.Random, number: str) -> str:
    area, exchange, line = number[:3], number[3:6], number[6:]
    return chance.choice(
        [
            f"+1{number}",
            f"+1{number}",
            number,
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
            f"1 {area} {exchange} {line}",
        ]
    )


def _spoil(chance: random.Random, row: list[str]) -> None:
    """One of the things that go wrong in lists that people keep by hand."""
    column, text = chance.choice(
        [
            (0, "555-0142"),
            (0, "(239) 555-01O7"),
            (0, "999-555-0101"),
            (0, "(407) 155-0133"),
            (0, "+1 800 555 0199"),
            (0, "900 555 0123"),
            (0, "+44 7700 900123"),
            (0, ""),
            (3, ""),
            (3, "purchased list"),
            (4, ""),
            (4, "2062-05-01 10:00"),
            (4, "last spring"),
            (5, "no"),
            (5, ""),
            (6, "text-club-2019"),
            (1, "=HYPERLINK(0)"),
        ]
    )
    row[column] = text


def _written(title: list[str], rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(title)
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()
