"""Tables of ratios."""

RATIOS = (
    ("fused", "torch"),
    ("fused", "onnxruntime"),
    ("fused", "products"),
    ("readable", "naive"),
    ("readable", "torch"),
)


def table(records):
    lines = []
    head = (
        ["cell", "T,B,D,H", "dtype", "mode", "thr"]
        + [f"{a}/{b}" for a, b in RATIOS]
        + ["ms fused", "ms torch"]
    )
    lines.append("| " + " | ".join(head) + " |")
    lines.append("|" + "---|" * len(head))
    by = {}
    for r in records:
        key = (
            r["cell"],
            f"{r['T']},{r['B']},{r['D']},{r['H']}",
            r["dtype"],
            r["mode"],
            r["threads"],
        )
        by.setdefault(key, {})[r["contender"]] = r
    for key, found in by.items():
        clock = "cpu" if key[-1] == 1 else "wall"
        t = {n: r[f"{clock}_minimum"] for n, r in found.items()}
        m = {n: r[f"{clock}_median"] for n, r in found.items()}
        prods = [n for n in t if n.startswith("products")]
        if prods:
            t["products"] = min(t[n] for n in prods)
            m["products"] = min(m[n] for n in prods)
        row = [str(k) for k in key]
        for a, b in RATIOS:
            row.append(f"{t[a] / t[b]:.2f} ({m[a] / m[b]:.2f})" if a in t and b in t else "")
        row += [f"{1e3 * t[n]:.2f}" if n in t else "" for n in ("fused", "torch")]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)
