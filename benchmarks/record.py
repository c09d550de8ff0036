"""One line of the results: a case, what each contender took, and the ratios between them."""

from benchmarks.measure import ratio, spread

ORIENTATIONS = {"products": ("products rows", "products features")}  # the faster one counts
RATIOS = (
    ("fused", "torch"),
    ("fused", "onnxruntime"),
    ("fused", "products"),
    ("fused", "fused reset after"),
    ("readable", "naive"),
    ("readable", "torch"),
    ("fused", "readable"),
    ("fused checkpoint", "fused"),
)
CLOCKS = ("cpu", "wall")


def make_record(group, case, threads, timings, counts=None, **more):
    """Put a case and its timings into nested dicts that JSON can hold.

    Parameters
    ----------
    group : str
        The table it belongs to.
    case : Case
    threads : int
    timings : dict of Timing
        By contender.
    counts : str, optional
        The clock that counts; by default cpu on one thread, wall on more.
    **more
        Further entries.

    Returns
    -------
    dict
        ``seconds[contender][clock]`` holds minimum and quartiles, ``ratios["a/b"][clock]`` the
        ratio of minima and the quartiles of the rounds' ratios.
    """
    return {
        "group": group,
        **case._asdict(),
        "threads": threads,
        "counts": counts or ("cpu" if threads == 1 else "wall"),
        "rounds": max((len(timing.cpu) for timing in timings.values()), default=0),
        "seconds": {name: _seconds(timing) for name, timing in timings.items()},
        "ratios": _ratios(timings),
        **more,
    }


def _seconds(timing):
    spreads = {clock: spread(getattr(timing, clock))._asdict() for clock in CLOCKS}
    return {**spreads, "repetitions": timing.repetitions}


def _ratios(timings):
    found = {}
    for first, second in RATIOS:
        candidates = [name for name in timings if name in (second, *ORIENTATIONS.get(second, ()))]
        if first not in timings or not candidates:
            continue
        found[f"{first}/{second}"] = entry = {}
        for clock in CLOCKS:
            ours = getattr(timings[first], clock)
            theirs = min((getattr(timings[name], clock) for name in candidates), key=min)
            entry[clock] = ratio(ours, theirs)._asdict()
    return found
