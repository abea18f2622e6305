import pytest

from arkit.shapes import DTYPES
from arkit.tables import ALL, ENTRIES, KINDS, NOTES, SNAPSHOTS, markdown


def test_no_table_declares_a_column_twice_and_every_column_says_what_it_means():
    for table in ALL:
        assert len(set(table.names)) == len(table.names)
        assert all(column.meaning and column.holds in DTYPES for column in table.columns)


def test_the_page_about_tables_has_every_table_and_every_column_with_its_meaning():
    page = markdown()
    for table in ALL:
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert section.startswith(f"\nOne row per {table.row}.\n\n| column | holds | meaning |\n| --- | --- | --- |\n")
        rows = [
            f"| `{column.name}` | {column.holds}{', may be absent' if column.optional else ''} | {column.meaning} |"
            for column in table.columns
        ]
        assert "\n".join(rows) in section


def test_the_page_names_every_kind_of_posting():
    assert f"one of {', '.join(KINDS)}" in markdown()


@pytest.mark.parametrize("table", [ENTRIES, SNAPSHOTS, NOTES], ids=lambda table: table.name)
def test_what_comes_from_a_file_can_say_from_which_row(table):
    assert "source" in table.names
