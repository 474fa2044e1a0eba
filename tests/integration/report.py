#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""nixos-results report in headless Chromium: nothing is asked from the network, nothing overflows a
phone, text can be read in light and dark, plots are drawn, filters and search find what is there,
with and without scripts, and hostile names stay text. Pictures: build/check/report/.
"""

import html.parser
import http.server
import json
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "report"))

import results  # noqa: E402
from chromium import DESKTOP, PHONE, Chromium, png_colours  # noqa: E402
from harness import BUILD, TOPDIR, Report, environment, run  # noqa: E402

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}

# Text that is seen, with the contrast of its colour against what is painted behind it.
CONTRAST = """(() => {
  const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); if (n.length < 4) n.push(1);
                          return text.startsWith('color(') ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3]] : n; };
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                       return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { const layers = [];
    for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]); };
  const bad = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, style = getComputedStyle(e);
    if (!walker.currentNode.data.trim() || !e.getClientRects().length || e.closest('script, style, title, .spoken')) continue;
    const back = behind(e), colour = over(parse(e.closest('svg') ? style.fill : style.color), back);
    const [a, b] = [light(colour), light(back)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    seen += 1;
    if (ratio < 4.5) bad.push(e.tagName + '.' + e.getAttribute('class') + ' ' + ratio.toFixed(2) + ': ' + e.textContent.slice(0, 40));
  }
  return {seen, bad: bad.slice(0, 10)};
})()"""

# Everything that can be drawn has a size, and its text can be read.
DRAWINGS = """(() => {
  const bad = [], all = [...document.querySelectorAll('svg')];
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  for (const svg of all) {
    const box = svg.getBoundingClientRect(), name = svg.getAttribute('class') + ' ' + (svg.getAttribute('aria-label') || '').slice(0, 60);
    if (box.width < 20 || box.height < 6) bad.push('no size: ' + name);
    if (!svg.querySelector('path[d^=M], rect, circle')) bad.push('nothing drawn: ' + name);
    if (!svg.hasAttribute('aria-hidden') && !svg.getAttribute('aria-label')) bad.push('no text alternative: ' + name);
    if (/NaN|inf/.test(svg.outerHTML)) bad.push('no number: ' + name);
    for (const text of svg.querySelectorAll('text')) {
      const r = text.getBoundingClientRect();
      if (r.height < 9) bad.push('text of ' + r.height.toFixed(1) + ' px: ' + name);
      if (r.left < box.left - 1 || r.right > box.right + 1) bad.push('text is cut: ' + text.textContent + ': ' + name);
    }
  }
  return {count: all.length, plots: document.querySelectorAll('svg.plot').length, bad: bad.slice(0, 10)};
})()"""

# What stands out of the page to the right.
OVERFLOW = """(() => {
  const wide = document.documentElement.clientWidth, out = [];
  if (document.documentElement.scrollWidth > wide) out.push('scrollWidth ' + document.documentElement.scrollWidth + ' of ' + wide);
  return out;
})()"""

SHOWN = "[...document.querySelectorAll('.tests tbody tr')].filter(r => r.checkVisibility()).length"


class Balanced(html.parser.HTMLParser):
    """Reads a page as HTML (not as XML) and tells what is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.problems, self.tags = [], [], {}
        self.feed(text)
        self.problems += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.problems += [f"attribute {n} of {tag}" for n, _ in attrs if n == "style" or n.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.problems.append(f"<{tag}/>")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")


class Pages:
    def __init__(self, report, scratch):
        self.report, self.scratch, self.files = report, scratch, {}

    def make(self, name, *arguments):
        page = self.scratch / f"{name}.html"
        made = run([BUILD / "nixos-results", "report", "--topdir", TOPDIR, "--output", page, *arguments],
                   env=environment(), cwd=self.scratch)
        problems = [made.stdout + made.stderr] if made.returncode or made.stderr or not page.exists() else []
        if not problems:
            text = page.read_text()
            balanced = Balanced(text)
            problems += balanced.problems
            problems += [f"{n} <{tag}>" for tag, n in balanced.tags.items() if tag in ("img", "iframe", "object", "base")]
            problems += [] if balanced.tags.get("script") == 1 else ["not exactly one script"]
        if self.report.case(f"{name}: a page is made, and it is HTML", problems):
            self.files[name] = page
        return page


def looks(report, browser, name, page, pictures):
    for size, screen in (("desktop", DESKTOP), ("phone", PHONE)):
        for dark in (False, True):
            how = f"{size}, {'dark' if dark else 'light'}"
            browser.load(page.as_uri(), screen, dark)
            picture = browser.screenshot()
            (pictures / f"{name}-{size}-{'dark' if dark else 'light'}.png").write_bytes(picture)
            colours = png_colours(picture)
            pixels = sum(colours.values())
            problems = list(browser.complaints())
            problems += [f"asked for {url}" for url in browser.requests() if url != page.as_uri()]
            problems += browser.evaluate(OVERFLOW)
            if len(colours) < 20 or max(colours.values()) > pixels * 0.995:
                problems.append(f"the picture is blank: {len(colours)} colours")
            bright = sum(sum(c) * n for c, n in colours.items()) / pixels / 3
            if (bright > 128) == dark:
                problems.append(f"the page is not {'dark' if dark else 'light'}: {bright:.0f} of 255")
            drawings = browser.evaluate(DRAWINGS)
            problems += drawings["bad"] + browser.evaluate(OVERFLOW)
            contrast = browser.evaluate(CONTRAST)
            problems += [f"contrast of {text}" for text in contrast["bad"]]
            if contrast["seen"] < 20:
                problems.append(f"only {contrast['seen']} texts are seen")
            report.case(f"{name}: {how}", problems)


def filters(report, browser, page):
    all_tests = 6 * 520
    browser.load(page.as_uri(), DESKTOP)
    problems = []
    browser.evaluate("document.getElementById('only-crashed').click()")
    if (shown := browser.evaluate(SHOWN)) != 3:
        problems.append(f"crashed: {shown} of 3 tests are shown")
    browser.evaluate("document.getElementById('only-all').click()")
    browser.evaluate("search.value = 'generic/011'; search.dispatchEvent(new Event('input'))")
    browser.evaluate("new Promise(done => setTimeout(done, 400))")
    if (shown := browser.evaluate(SHOWN)) != 6:
        problems.append(f"search: {shown} of 6 tests are shown")
    if (told := browser.evaluate("found.textContent")) != "6 tests":
        problems.append(f"search tells {told!r}")
    browser.evaluate("search.value = ''; search.dispatchEvent(new Event('input'))")
    browser.evaluate("new Promise(done => setTimeout(done, 400))")
    browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    if (shown := browser.evaluate(SHOWN)) != all_tests:
        problems.append(f"afterwards {shown} of {all_tests} tests are there")
    report.case("filter and search find what is there", problems + list(browser.complaints()))

    browser.load(page.as_uri(), DESKTOP, scripts=False)
    problems = []
    if browser.evaluate("!document.querySelector('.search').hidden"):
        problems.append("the search that needs scripts is there without them")
    folded = browser.evaluate(SHOWN)
    if not 0 < folded < 40:
        problems.append(f"{folded} rows are laid out at first")
    browser.evaluate("document.getElementById('only-failed').checked = true")
    browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    rows = browser.evaluate("document.querySelectorAll('.tests tr.failed').length")
    if (shown := browser.evaluate(SHOWN)) != rows or rows < 6:
        problems.append(f"failed, without scripts: {shown} of {rows} tests are shown")
    report.case("without scripts everything is there, and verdicts can be chosen", problems)


def content(report, browser, pages):
    browser.load(pages["fstests"].as_uri(), DESKTOP)
    told = run([BUILD / "nixos-results", "summary", "--json", pages["fstests"].parent / "fstests"], env=environment())
    tests = [t for r in json.loads(told.stdout)["runs"] for n in r["nodes"] for t in n["tests"]]
    counted = {v: sum(t["verdict"] == v for t in tests) for v in ("passed", "failed", "crashed", "skipped")}
    problems = []
    for verdict, count in counted.items():
        tile = browser.evaluate(f"document.querySelector('.tiles .{verdict} b').textContent")
        if tile != str(count) or not count:
            problems.append(f"{verdict}: {tile} on the page, {count} in the summary")
    first = browser.evaluate("document.querySelector('.attention li').textContent")
    if "xfs/017" not in first or "crash-1.txt" not in first:
        problems.append(f"the crash is not first: {first}")
    if (worse := browser.evaluate("document.querySelectorAll('#comparison tr.worse').length")) != 3:
        problems.append(f"{worse} of 3 regressions")
    cells = browser.evaluate("[...document.querySelector('.matrix tbody tr').cells].slice(1).map(c => c.className).join(' ')")
    if cells != "crashed crashed passed passed":
        problems.append(f"history of the crash: {cells}")
    if browser.evaluate("document.querySelectorAll('#slowest tbody tr').length") != 20:
        problems.append("not twenty slowest tests")
    report.case("fstests: the page says what the summary says, the crash first", problems)

    browser.load(pages["sysbench"].as_uri(), DESKTOP)
    problems = []
    row = browser.evaluate("document.querySelector('#comparison tbody tr').textContent")
    if "transactions per second" not in row or "worse" not in row:
        problems.append(f"the planted regression is not first: {row}")
    lines = browser.evaluate("document.querySelectorAll('#metrics figure:first-of-type svg:first-of-type g path').length")
    if lines < 2:
        problems.append("both sides are not in one plot")
    browser.load(pages["against"].as_uri(), DESKTOP)
    if "before" not in browser.evaluate("document.querySelector('#comparison').textContent"):
        problems.append("run against run compares nothing")
    report.case("sysbench: the planted regression leads, both sides in one plot", problems)


def hostile(report, browser, page):
    browser.load(page.as_uri(), DESKTOP)
    text = browser.evaluate("document.body.textContent")
    problems = list(browser.complaints())
    problems += [f"not to be read: {t[:60]!r}" for t in (results.HOSTILE[i] for i in (0, 1, 2, 3, 6, 8)) if t not in text]
    problems += ["a control of the direction is on the page"] if "\u202e" in text else []
    problems += ["10 kB in one piece"] if "A" * 5000 in text else []
    report.case("hostile names are text", problems)

    # The policy holds even where markup would have come through.
    hits = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        done = browser.evaluate(f"""(async () => {{
          window.ran = 0;
          const add = (name, set) => {{ const e = document.createElement(name); Object.assign(e, set); document.body.append(e); }};
          add('img', {{src: '{url}img'}});
          add('script', {{src: '{url}script'}});
          add('script', {{textContent: 'window.ran += 1'}});
          add('iframe', {{src: '{url}frame'}});
          add('link', {{rel: 'stylesheet', href: '{url}style'}});
          document.body.insertAdjacentHTML('beforeend', '<p onclick="window.ran += 1" id="trap"></p>');
          document.getElementById('trap').click();
          const refused = await fetch('{url}fetch', {{mode: 'no-cors'}}).then(() => 'fetched', () => 'refused');
          await new Promise(done => setTimeout(done, 500));
          return [refused, window.ran];
        }})()""")
        server.shutdown()
    report.case("the policy lets nothing run and nothing out",
                ([] if done == ["refused", 0] else [f"{done}"]) + [f"the server was asked for {h}" for h in hits])


def main():
    report = Report()
    pictures = BUILD / "check" / "report"
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kdevops-report-") as scratch, Chromium() as browser:
        scratch = Path(scratch)
        pages = Pages(report, scratch)
        pages.make("fstests", "--all", results.fstests(scratch / "fstests"))
        pages.make("sysbench", results.sysbench(scratch / "sysbench", TOPDIR / "tests/samples/sysbench/ab"))
        runs = sorted(p for p in (scratch / "sysbench").iterdir() if not p.is_symlink())
        pages.make("against", "--against", runs[0], runs[1])
        pages.make("hostile", results.hostile(scratch / "hostile"))
        pages.make("good", results.good(scratch / "good"))
        # Samples of every suite on one page.
        samples = TOPDIR / "tests/samples"
        pages.make("samples", "--all", *sorted(p.parent for p in samples.glob("*/2*Z")), samples / "sysbench/ab")
        if len(pages.files) == 6:
            for name in ("fstests", "sysbench", "hostile", "good", "samples"):
                looks(report, browser, name, pages.files[name], pictures)
            content(report, browser, pages.files)
            filters(report, browser, pages.files["fstests"])
            hostile(report, browser, pages.files["hostile"])
        again = scratch / "again.html"
        run([BUILD / "nixos-results", "report", "--topdir", TOPDIR, "--output", again, "--all", scratch / "fstests"],
            env=environment(LC_ALL="C"), cwd=scratch)
        report.case("the same results make the same bytes",
                    [] if again.read_bytes() == pages.files["fstests"].read_bytes() else ["they differ"])
    report.finish()


if __name__ == "__main__":
    main()
