"""Photograph every page of the built site: two widths, light and dark.

Run after `make book`; the pictures go to _build/screenshots.
"""

import argparse

from browser import ROOT, SITE, THEMES, WIDTHS, chromium, page_names, serve, window


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="addresses such as book/module/rnn.html")
    parser.add_argument("--site", default=SITE, help="the built site (default: _build/html)")
    parser.add_argument("--out", default=ROOT / "_build" / "screenshots", type=type(ROOT))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with serve(options.site) as address, chromium() as browser:
        for kind, width in WIDTHS.items():
            for theme in THEMES:
                with window(browser, width, theme) as pages:
                    page = pages.new_page()
                    for name in options.pages or page_names():
                        page.goto(f"{address}/{name}", wait_until="networkidle")
                        file = f"{name.removesuffix('.html').replace('/', '-')}-{kind}-{theme}.png"
                        page.screenshot(path=options.out / file, full_page=True)
                        print(file)


if __name__ == "__main__":
    main()
