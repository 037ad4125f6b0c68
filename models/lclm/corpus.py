"""Training text from documentation packages that Debian ships.

A corpus is one UTF-8 file: documents separated by `SEPARATOR`. Whitespace is normalised lightly and
a paragraph that was seen before (navigation, licence headers) is dropped.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

SEPARATOR = "\x1e"  # between documents (ASCII record separator; removed from the text itself)

SHORTEST_DOCUMENT = 400  # characters below which a document is left out

BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "pre")
LISTS = ("ul", "ol", "dl", "dt", "dd", "table")
LINES = ("br", "li", "tr")
CELLS = ("td", "th")
DROPPED = ("script", "style", "nav", "head", "header", "footer", "form", "svg")
CHROME = re.compile(r"navheader|navfooter|sphinxsidebar|related|headerlink|bottomlang|toplang|toc\b", re.I)


@dataclass(frozen=True)
class Source:
    """A command's output, or the share `keep` of a package's files: what under `root` matches `pattern`."""

    package: str
    root: str
    pattern: str
    kind: str
    licence: str
    keep: float = 1.0


SOURCES = (
    Source("postgresql-doc-15", "/usr/share/doc/postgresql-doc-15/html", "*.html", "html", "PostgreSQL"),
    Source("python3.11-doc", "/usr/share/doc/python3.11/html", "**/*.html", "html", "PSF"),
    Source("apache2-doc", "/usr/share/doc/apache2-doc/manual/en", "**/*.html", "html", "Apache-2.0"),
    Source("git-doc", "/usr/share/doc/git/html", "**/*.html", "html", "GPL-2"),
    Source("debian-handbook", "/usr/share/doc/debian-handbook/html/en-US", "**/*.html", "html", "GPL-2+"),
    Source("developers-reference", "/usr/share/developers-reference", "*.html", "html", "GPL-2+"),
    Source("perl-doc", "/usr/share/perl", "*/pod/*.pod", "pod", "Artistic or GPL-1+"),
    Source("manpages", "/usr/share/man", "man[1-8]/[!g]*.gz", "roff", "various free", 0.5),
    Source("bible-kjv", "/usr/bin/bible", "-f gen1:1-rev22:21", "command", "public domain"),
    Source("fortunes", "/usr/share/games/fortunes", "*", "fortune", "various free"),
    Source("dict-gcide", "/usr/share/dictd", "gcide.dict.dz", "dict", "GPL", 0.5),
    Source("dict-jargon", "/usr/share/dictd", "jargon.dict.dz", "dict", "public domain"),
    Source("dict-devil", "/usr/share/dictd", "devil*.dict.dz", "dict", "public domain"),
)


def build(out: Path, sources: tuple[Source, ...] = SOURCES) -> dict[str, int]:
    """Writes the corpus to `out` and returns characters written per package."""
    seen: set[bytes] = set()
    counts: dict[str, int] = {}
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    with part.open("w", encoding="utf-8") as sink:
        for source in sources:
            total = 0
            for number, raw in enumerate(documents(source)):
                if int(number * source.keep) == int((number - 1) * source.keep):
                    continue
                text = without_repeats(normalise(raw), seen)
                if len(text) >= SHORTEST_DOCUMENT:
                    sink.write(text + SEPARATOR)
                    total += len(text)
            counts[source.package] = total
    part.replace(out)
    return counts


def documents(source: Source) -> Iterator[str]:
    """Every document of a source as raw text, in the order of its file names."""
    if source.kind == "command":
        command = [source.root, *source.pattern.split()]
        yield subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        return
    for path in sorted(Path(source.root).glob(source.pattern)):
        if not path.is_file() or path.is_symlink() or path.suffix in {".dat", ".html.gz"}:
            continue
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        yield from READERS[source.kind](data.decode("utf-8", errors="replace"))


def from_html(text: str) -> Iterator[str]:
    """Text of the body with a blank line between blocks; code keeps its lines."""
    try:
        root = lxml_html.fromstring(text.encode())
    except (etree.ParserError, ValueError):
        return
    for node in list(root.iter(etree.Element)):
        if node is not root and (node.tag in DROPPED or CHROME.search(node.get("class") or "")):
            node.drop_tree()
    code = {node for pre in root.iter("pre") for node in pre.iter()}
    for node in root.iter(etree.Element):
        around = "\n\n" if node.tag in BLOCKS + LISTS else "\n" if node.tag in LINES else ""
        text, tail = node.text or "", node.tail or ""
        inside, behind = node in code, node.tag != "pre" and node in code
        node.text = around + (text if inside else re.sub(r"\s+", " ", text))
        around = "  " if node.tag in CELLS else around
        node.tail = around + (tail if behind else re.sub(r"\s+", " ", tail))
    yield str(root.text_content())


def from_roff(text: str) -> Iterator[str]:
    """A manual page with its macros and font changes removed."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(('.\\"', "'\\\"", ".TH", ".so", ".if", ".ie", ".el", ".de", ".ds", ".nr")):
            continue
        if line.startswith((".", "'")):
            macro, _, rest = line[1:].strip().partition(" ")
            if macro in {"SH", "SS", "Sh", "Ss", "PP", "P", "Pp", "LP", "TP", "IP", "It", "sp", "HP"}:
                lines.append("")
            if macro not in {"nf", "fi", "RS", "RE", "ft", "ad", "na", "hy", "nh", "in", "ne", "ta", "UE"}:
                lines.append(rest.strip().replace('"', ""))
        else:
            lines.append(line)
    page = "\n".join(lines)
    page = re.sub(r"\\f(\[\w*\]|\(..|.)|\\s[+-]?\d|\\&|\\/|\\,|\\:|\\%|\\c", "", page)
    page = page.replace("\\-", "-").replace("\\(aq", "'").replace("\\(bu", "-").replace("\\(em", " - ")
    page = re.sub(r"\\\(lq|\\\(rq|\\\(dq", '"', page)
    page = re.sub(r"\\\[\w+\]|\\\(..|\\\*\(..|\\\*.|\\n\(..|\\[|^]", "", page)
    yield page.replace("\\e", "\\").replace("\\ ", " ").replace("\\~", " ").replace("\\(", "")


def from_pod(text: str) -> Iterator[str]:
    """A Perl manual page with its commands and formatting codes removed."""
    text = re.sub(r"^=(?:head\d|item)\s+", "", text, flags=re.M)
    text = re.sub(r"^=\w+.*\n", "", text, flags=re.M)
    for _ in range(3):
        text = re.sub(r"\b[BICFLSX]<<* ?([^<>]*?) ?>+", r"\1", text)
    yield text.replace("E<gt>", ">").replace("E<lt>", "<")


def from_dict(text: str) -> Iterator[str]:
    """A dictionary in documents of about 20,000 characters."""
    entries = re.split(r"\n(?=\S)", text)
    size, part = 0, []
    for entry in entries:
        part.append(re.sub(r"\s*\n\s+", " ", entry.replace("[1913 Webster]", "")))
        size += len(entry)
        if size > 20_000:
            yield "\n\n".join(part)
            size, part = 0, []
    yield "\n\n".join(part)


READERS = {"html": from_html, "roff": from_roff, "pod": from_pod, "dict": from_dict}
READERS["fortune"] = lambda text: iter([re.sub(r"\n%+\n", "\n\n", text)])


def normalise(text: str) -> str:
    """Line ends, trailing blanks, control characters and runs of blank lines."""
    text = html.unescape(text) if "&amp;" in text else text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\u00b6", "")
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]", "", text)
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"(?<=\S)[ \t]{3,}", "  ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def without_repeats(text: str, seen: set[bytes]) -> str:
    """Drops paragraphs that an earlier document or place had, and notes the new ones."""
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        key = hashlib.blake2b(" ".join(paragraph.split()).lower().encode(), digest_size=8).digest()
        if key not in seen:
            seen.add(key)
            kept.append(paragraph)
    return "\n\n".join(kept)


def overlap(corpus: Path, text: str, length: int) -> list[str]:
    """The runs of so many words of a text that stand in a corpus too."""

    def runs(of: str) -> Iterator[tuple[str, ...]]:
        words = re.findall(r"\w+", of.lower())
        return zip(*(words[at:] for at in range(length)), strict=False)

    wanted, found = set(runs(text)), set[tuple[str, ...]]()
    for document in corpus.read_text(encoding="utf-8").split(SEPARATOR):
        found |= wanted.intersection(runs(document))
    return [" ".join(run) for run in runs(text) if run in found]
