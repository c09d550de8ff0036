"""Nested tuples of arrays: parameters, gradients, states. One function to map over them all."""


def tree_map(f, *trees):
    """Apply `f` to the arrays that stand at the same place in each tree.

    Parameters
    ----------
    f : callable
        Takes one array from each tree.
    *trees : tuple, NamedTuple or ndarray
        The same structure each time; a single array is the smallest tree.

    Returns
    -------
    tree
        The structure and types of the first tree.

    Raises
    ------
    ValueError
        If the trees differ in structure.

    Examples
    --------
    >>> tree_map(lambda a, b: a + b, (1, (2, 3)), (10, (20, 30)))
    (11, (22, 33))
    """
    first = trees[0]
    if not isinstance(first, tuple):
        return f(*trees)
    if any(type(tree) is not type(first) for tree in trees):
        kinds = ", ".join(type(tree).__name__ for tree in trees)
        raise ValueError(f"expected trees of one structure, got {kinds}")
    mapped = [tree_map(f, *parts) for parts in zip(*trees, strict=True)]
    return type(first)(*mapped) if hasattr(first, "_fields") else tuple(mapped)


def named_leaves(tree, name=""):
    """List every array of a tree with the path that leads to it.

    Parameters
    ----------
    tree : tuple, NamedTuple or ndarray
    name : str
        The path so far.

    Returns
    -------
    list of (str, ndarray)

    Examples
    --------
    >>> named_leaves((1, (2, 3)))
    [('0', 1), ('1.0', 2), ('1.1', 3)]
    """
    if not isinstance(tree, tuple):
        return [(name, tree)]
    keys = getattr(tree, "_fields", range(len(tree)))
    prefix = f"{name}." if name else ""
    return [
        leaf
        for key, part in zip(keys, tree, strict=True)
        for leaf in named_leaves(part, f"{prefix}{key}")
    ]


def leaves(tree):
    """List every array of a tree, in order.

    Examples
    --------
    >>> leaves((1, (2, 3)))
    [1, 2, 3]
    """
    return [leaf for _, leaf in named_leaves(tree)]
