"""Number names in English and French: a constructed parallel text of any size."""


def words(number, language):
    """The name of a number as a list of words; hyphens and commas are left out.

    Parameters
    ----------
    number : int
    language : str
        ``"en"``, ``"fr"`` or another code that the library num2words knows.

    Returns
    -------
    list of str

    Raises
    ------
    ModuleNotFoundError
        If num2words is not installed.

    Examples
    --------
    >>> words(1_984, "en")
    ['one', 'thousand', 'nine', 'hundred', 'and', 'eighty', 'four']
    >>> words(77, "fr")  # sixty, ten, seven
    ['soixante', 'dix', 'sept']
    """
    from num2words import num2words

    return num2words(int(number), lang=language).replace(",", " ").replace("-", " ").split()


def pairs(numbers, source="en", target="fr"):
    """The names of several numbers in two languages, side by side.

    Parameters
    ----------
    numbers : sequence of int
    source, target : str
        Languages, as for `words`.

    Returns
    -------
    sources, targets : list of list of str

    Examples
    --------
    >>> pairs([12, 80])
    ([['twelve'], ['eighty']], [['douze'], ['quatre', 'vingts']])
    """
    return [words(n, source) for n in numbers], [words(n, target) for n in numbers]
