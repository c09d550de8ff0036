"""Number names in two languages, against a handful written by hand."""

import pytest

from rnncourse import number_names


@pytest.mark.parametrize(
    "number, english, french",
    [
        (0, "zero", "zéro"),
        (21, "twenty one", "vingt et un"),
        (71, "seventy one", "soixante et onze"),
        (84, "eighty four", "quatre vingt quatre"),
        (96, "ninety six", "quatre vingt seize"),
        (1_200, "one thousand two hundred", "mille deux cents"),
        (80_080, "eighty thousand and eighty", "quatre vingt mille quatre vingts"),
    ],
)
def test_names_written_by_hand(number, english, french):
    assert number_names.words(number, "en") == english.split()
    assert number_names.words(number, "fr") == french.split()


def test_pairs_stand_side_by_side_in_the_languages_asked_for():
    sources, targets = number_names.pairs([7, 15], source="fr", target="en")
    assert sources == [["sept"], ["quinze"]] and targets == [["seven"], ["fifteen"]]
