from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.publish.bibtex import escape
from sovereign.reading.bibliography import BIB_SUFFIXES, Bibliography, Entry, document_of, read_bibliography
from sovereign.reading.bibliography.bibtex import attached, names
from sovereign.reading.bibliography.latex import plain_text
from sovereign.reading.errors import ReadError
from sovereign.reading.limits import Limits
from sovereign.reading.text import one_line

GOOD = "@article{good, title = {A Good One}, year = 2020}\n"


def read(text: str, location: str = "refs.bib", limits: Limits | None = None) -> Bibliography:
    return read_bibliography(text.encode(), location, limits or Limits())


def only(text: str, location: str = "refs.bib") -> Entry:
    bibliography = read(text, location)
    assert not bibliography.failures
    assert len(bibliography.entries) == 1
    return bibliography.entries[0]


BIBTEX = r"""% Exported from a program.
@string{jour = "Journal of Sparse " # {Things}}
@preamble{"\newcommand{\x}{y}"}

@Article{kaefer2021,
  title     = {On the {Cost} of {M}o{E} Layers: $\alpha$-routing \& {G{\"o}del} numbers},
  author    = "K{\"a}fer, Jo{\~a}o and von der Wiese, Jr, Anna and {Lab of Heat and Light} and Li Wei and others",
  journal   = jour # { Letters},
  year      = 2021, month = jan # "~5",
  doi       = {https://doi.org/10.1234/JST.21\_7},
  url       = {\url{https://example.org/~a/paper?x=1}},
  keywords  = {routing, sparse models; Cost},
  abstract  = {<jats:title>Abstract</jats:title><jats:p>It saves 10% of memory. A second sentence, p<0.05.</jats:p>},
  file      = {Full Text:C\:\\Papers\\a b.pdf:application/pdf;:notes/x.pdf:PDF},
}

@inproceedings(second, title = "A Second One",
  crossref = {proc}, eprint = {2101.00001v3}, archivePrefix = {arXiv})
@Proceedings{proc, title = {Proceedings of Nothing}, date = {2022-05-01}, editor = {Ed Itor}}
"""


def test_bibtex():
    first, second, proceedings = read(BIBTEX).entries
    paper = first.paper
    assert first.key == "kaefer2021"
    assert paper.title == "On the Cost of MoE Layers: α-routing & Gödel numbers"
    assert paper.authors == ("João Käfer", "Anna von der Wiese Jr", "Lab of Heat and Light", "Li Wei")
    assert (paper.year, paper.venue) == (2021, "Journal of Sparse Things Letters")
    assert (paper.doi, paper.id) == ("10.1234/jst.21_7", "doi:10.1234/jst.21_7")
    assert paper.url == "https://example.org/~a/paper?x=1"
    assert paper.topics == ("routing", "sparse models", "Cost")
    assert paper.location == "refs.bib#kaefer2021"
    assert first.abstract == "It saves 10% of memory. A second sentence, p<0.05."
    assert first.files == ("C:\\Papers\\a b.pdf", "notes/x.pdf")
    assert (second.paper.year, second.paper.venue) == (2022, "Proceedings of Nothing")
    assert (second.paper.arxiv_id, second.paper.id) == ("2101.00001", "arxiv:2101.00001")
    assert proceedings.paper.authors == ("Ed Itor",)
    assert not read(BIBTEX).failures and not read(BIBTEX).notices


@pytest.mark.parametrize(
    "fields",
    [
        "journal = {arXiv preprint arXiv:2404.00001}",
        "journal = {CoRR}, volume = {abs/2404.00001}",
        "url = {https://arxiv.org/pdf/2404.00001v2.pdf}",
        "note = {arXiv: 2404.00001 [cs]}",
        "eprint = {2404.00001}, eprinttype = {arxiv}",
        "eprint = {arXiv:2404.00001}",
        "doi = {10.48550/arXiv.2404.00001}",
        "howpublished = {arXiv:2404.00001}",
    ],
)
def test_arxiv_ids_of_bibtex(fields: str):
    paper = only(f"@misc{{a, title = {{T}}, {fields}}}").paper
    assert (paper.arxiv_id, paper.id) == ("2404.00001", "arxiv:2404.00001")


@pytest.mark.parametrize("fields", ["pages = {2404.00001}", "eprint = {2404.00001}, eprinttype = {jstor}"])
def test_other_numbers_are_no_arxiv_ids(fields: str):
    assert only(f"@misc{{a, title = {{T}}, {fields}}}").paper.arxiv_id is None


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\"o {\'e} \c{c} \c c \v{S} {\'{\i}} \'{\i} \.I", "ö é ç ç Š í í İ"),
        (r"Stra{\ss}e, Stra\ss e, \o{}re, {\AA}rhus, \L{}ód\'z", "Straße, Straße, øre, Århus, Łódź"),
        (r"1--2 --- a~b ``so'' \& 5\% of \$3 \_ \#", "1–2 — a b “so” & 5% of $3 _ #"),
        (r"{Protective {Braces}} \textit{slanted \emph{twice}} \LaTeX{} \unknown{kept}", None),
        (
            r"$\alpha$ $2 \times 10^{-3}$, $2^{n+1}$, $\frac{1}{2}$, $\leq 5$, $\Omega$",
            "α 2 × 10^-3, 2^(n+1), 1/2, ≤ 5, Ω",
        ),
        (r"a \textbackslash{} \textasciitilde{} \textbraceleft{} \^{} \textless{}", r"a \ ~ { ^ <"),
        ("it costs $5 and saves 10% of it", "it costs $5 and saves 10% of it"),
        (r"\href{https://example.org}{shown}", "shown"),
        ("\\", "\\"),
    ],
)
def test_latex(latex: str, plain: str | None):
    assert plain_text(latex) == (plain or "Protective Braces slanted twice LaTeX kept")


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        ("papers/x.pdf", ["papers/x.pdf"]),
        ("/a/x.pdf;/b/y.pdf", ["/a/x.pdf", "/b/y.pdf"]),
        (":papers/x.pdf:PDF", ["papers/x.pdf"]),
        (":/home/ada/x.pdf:pdf", ["/home/ada/x.pdf"]),
        (r":C$\backslash$:/Users/a{\_}b/x.pdf:pdf", ["C:/Users/a_b/x.pdf"]),
        (r"Full\: text:files/1/a\;b\:c.pdf:application/pdf", ["files/1/a;b:c.pdf"]),
        (r"C:\Users\ada\x.pdf", [r"C:\Users\ada\x.pdf"]),
        (r"C:\Users\ada\x.pdf:application/pdf", [r"C:\Users\ada\x.pdf"]),
        (r"Snapshot:C\:\\Users\\ada\\x.html:text/html", [r"C:\Users\ada\x.html"]),
        ("x.pdf:application/pdf", ["x.pdf"]),
        (";; ::: ", []),
    ],
)
def test_attached_files(field: str, paths: list[str]):
    assert list(attached(field)) == paths


def test_names():
    assert names("family=Dijk, given=Jan, prefix=van and\nDoe,Jane AND {Barnes and Noble, Inc.}") == (
        "Jan van Dijk",
        "Jane Doe",
        "Barnes and Noble, Inc.",
    )
    assert names("") == names("others") == ()


@pytest.mark.parametrize(
    ("broken", "where", "reason"),
    [
        ("@article{bad,\n title = {Open {brace},\n year = {2020}\n}\n", "refs.bib#bad", "not closed"),
        ('@article{bad,\n title = "Open quote,\n year = {2020}\n}\n', "refs.bib#bad", "not closed"),
        ("@article{bad,\n title = {Cut off", "refs.bib#bad", "`title`"),
        ("@article{bad, title = two words, year = 2020}\n", "refs.bib#bad", "after the field `title`"),
        ("@article{bad, year = 2020}\n", "refs.bib#bad", "no title"),
        ("@article{bad, title = {{ }}}\n", "refs.bib#bad", "no title"),
        ("@article{\n", "refs.bib: line 2", "not closed"),
    ],
)
def test_broken_entries_cost_only_themselves(broken: str, where: str, reason: str):
    bibliography = read(f"Some words.\n{broken}\n{GOOD}")
    assert [entry.key for entry in bibliography.entries] == ["good"]
    (failure,) = bibliography.failures
    assert failure.where == where
    assert reason in failure.reason
    assert failure.advice
    assert "line 2" in failure.where + failure.reason


def test_small_faults_cost_nothing():
    assert only("@article{a, title = {T}\n year = {2020}}").paper.year == 2020
    assert only("@article{a\n title = {T}, volume = , year = 2020,,}").paper.year == 2020
    assert only("@article{title = {T}}").key == "line-1"
    assert only("@article{, title = {T}}").paper.title == "T"
    assert only("@misc{a, title = {T}, title = {Other}}").paper.title == "T"
    extra = read("@misc{a, title = {T}}, year = {2020}}")
    assert "brace" in extra.notices[0] and extra.entries[0].paper.year is None


def test_comments_hold_no_entries():
    bibliography = read(f"@comment{{\n{GOOD}}}\n% {GOOD}{GOOD.replace('good', 'other')}")
    assert [entry.key for entry in bibliography.entries] == ["other"]
    assert "@comment" in bibliography.notices[0]
    assert [entry.key for entry in read(f"@comment{{ never closed\n{GOOD}").entries] == ["good"]


def test_equal_keys_get_numbers():
    bibliography = read(GOOD * 3 + GOOD.replace("good", "good-2"))
    assert [entry.key for entry in bibliography.entries] == ["good", "good-2", "good-3", "good-2-2"]
    assert bibliography.entries[1].paper.location == "refs.bib#good-2"
    assert "good" in bibliography.notices[0]


@pytest.mark.parametrize("location", ["refs.bib", "refs.ris", "refs.json"])
def test_cap_on_entries(location: str):
    ris = "TY  - JOUR\nTI  - T\nER  - \n" * 5
    text = {"refs.bib": GOOD * 5, "refs.ris": ris}.get(location, json.dumps([{"id": 1, "title": "T"}] * 5))
    bibliography = read(text, location, Limits(max_files=3))
    assert len(bibliography.entries) == 3
    assert any("more than 3 entries" in notice for notice in bibliography.notices)
    assert len(read(text, location, Limits(max_files=5)).entries) == 5


RIS = """TY  - JOUR
AU  - Käfer, João
AU  - von der Wiese, Anna, Jr.
A2  - Itor, Ed
TI  - A Title that
      goes on &amp; on
PY  - 2021/05/01/
JO  - J. Sparse
JF  - Journal of Sparse Things
DO  - doi:10.1234/JST.21
UR  - https://example.org/a
L1  - file:///home/ada/my%20paper.pdf
L1  - file:///C:/papers/x.pdf
L2  - https://example.org/full
L4  - internal-pdf://123/name.pdf
KW  - routing
KW  - cost; heat
ZZ  - unknown
N2  - Not the abstract.
AB  - It is cheap. It is <i>fast</i>.
ER  -

TY - CONF
T1 - No end
T2 - Proceedings of Nothing
Y1 - 2019
M1 - arXiv:1905.00001
TY  - THES
ID  - thesis
N1  - No title here.
ER  - """


def test_ris():
    bibliography = read(RIS, "refs.ris")
    first, second = bibliography.entries
    paper = first.paper
    assert (first.key, paper.location) == ("1", "refs.ris#1")
    assert paper.title == "A Title that goes on & on"
    assert paper.authors == ("João Käfer", "Anna von der Wiese Jr.")
    assert (paper.year, paper.venue, paper.doi) == (2021, "Journal of Sparse Things", "10.1234/jst.21")
    assert (paper.url, paper.topics) == ("https://example.org/a", ("routing", "cost", "heat"))
    assert first.abstract == "It is cheap. It is fast."
    assert first.files == ("/home/ada/my paper.pdf", "C:/papers/x.pdf", "name.pdf")
    assert (second.paper.title, second.paper.year) == ("No end", 2019)
    assert (second.paper.arxiv_id, second.paper.venue) == ("1905.00001", "Proceedings of Nothing")
    (failure,) = bibliography.failures
    assert (failure.where, failure.reason) == ("refs.ris#thesis", "line 28: the entry has no title")
    assert "ER" in bibliography.notices[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, line_end: str):
    data = RIS.replace("\n", line_end).encode(encoding)
    assert read_bibliography(data, "refs.RIS", Limits()).entries[0].paper.authors[0] == "João Käfer"
    data = BIBTEX.replace("Jo{\\~a}o", "João").replace("\n", line_end).encode(encoding)
    assert read_bibliography(data, "refs.bib", Limits()).entries[0].paper.authors[0] == "João Käfer"


ITEM = {
    "id": "http://example.org/items/1",
    "type": "article-journal",
    "title": "A <i>Title</i> of a &amp; b",
    "author": [
        {"family": "Berg", "given": "Anna", "non-dropping-particle": "van den"},
        {"literal": "Lab of Heat"},
        {"family": None},
        7.5,
    ],
    "issued": {"date-parts": [["2021", 5]]},
    "container-title": "Journal of Sparse Things",
    "DOI": "10.1234/jst.21",
    "URL": "https://example.org/a",
    "abstract": "<jats:title>Methods</jats:title><jats:p>We count a<b.</jats:p><jats:p>It is fast.</jats:p>",
    "keyword": "routing, cost",
    "note": "arXiv: 2101.00001 [cs]",
    "attachments": [{"path": "/home/ada/x.pdf"}, "y.pdf", {"path": 3}, {}],
}


def test_csl():
    entry = only(json.dumps([ITEM]), "refs.json")
    paper = entry.paper
    assert entry.key == ITEM["id"]
    assert paper.title == "A Title of a & b"
    assert paper.authors == ("Anna van den Berg", "Lab of Heat")
    assert (paper.year, paper.venue) == (2021, "Journal of Sparse Things")
    assert (paper.doi, paper.arxiv_id, paper.url) == ("10.1234/jst.21", "2101.00001", "https://example.org/a")
    assert paper.topics == ("routing", "cost")
    assert entry.abstract == "Methods We count a<b. It is fast."
    assert entry.files == ("/home/ada/x.pdf", "y.pdf", "3")
    assert only(json.dumps(ITEM), "refs.json") == entry


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ('"issued": {"raw": "May 2020"}', 2020),
        ('"issued": {"literal": "c. 1999"}', 1999),
        ('"issued": "2020-05"', 2020),
        ('"issued": {"date-parts": [[NaN, -Infinity]]}', None),
        ('"issued": {"date-parts": []}, "author": {}, "note": [[]], "keyword": 5, "file": {}', None),
        ('"issued": {"date-parts": 1e400}, "DOI": {"a": 1}, "title": "T"', None),
        ('"archive": "arXiv", "archive_location": "2101.00001", "note": "\\ud800", "id": true', None),
    ],
)
def test_odd_values_of_csl(fields: str, year: int | None):
    entry = only(f'{{"type": "book", "title": ["A\\udfff Title"], {fields}}}', "refs.json")
    assert entry.paper.year == year
    assert entry.paper.arxiv_id == ("2101.00001" if "archive" in fields else None)
    assert entry.key == "item-1"


def test_csl_failures():
    bibliography = read(json.dumps([{"id": "a"}, "b", {"title": "C"}, {"id": "d", "title": "D"}]), "refs.json")
    assert [entry.key for entry in bibliography.entries] == ["d"]
    assert [failure.where for failure in bibliography.failures] == [
        "refs.json#a",
        "refs.json: item 2",
        "refs.json: item 3",
    ]


@pytest.mark.parametrize(
    ("location", "text", "message"),
    [
        ("refs.json", '{"name": "a package", "version": 1}', "no bibliography in CSL-JSON"),
        ("refs.json", "[]", "no bibliography in CSL-JSON"),
        ("refs.json", '[{"id": 1} 2]', "line 1, column 12"),
        ("refs.json", "[" * 200_000, "nested too deep"),
        ("refs.json", f'[{{"id": {"9" * 5000}}}]', "too many digits"),
        ("refs.bib", "Only words, ada@example.org (home).", "no entry"),
        ("refs.bib", "@string{a = {b}}", "no entry"),
        ("refs.ris", "Only words.", "no entry"),
        ("refs.bib", " ", "empty"),
        ("refs.bib", "\x00\x01\x02" * 100, "binary"),
        ("refs.txt", GOOD, ".txt"),
        ("refs", GOOD, "(none)"),
    ],
)
def test_what_is_no_bibliography(location: str, text: str, message: str):
    with pytest.raises(ReadError) as error:
        read(text, location)
    assert message in error.value.message
    assert error.value.message.startswith(location)
    assert error.value.advice


def test_document_of_an_abstract():
    entry = read(BIBTEX).entries[0]
    document = document_of(entry, "refs.bib", Limits())
    assert document is not None
    assert (document.paper, document.depth) == (entry.paper, "abstract")
    assert [section.title for section in document.sections] == ["Abstract"]
    assert [document.slice(sentence) for sentence in document.evidence()] == [
        "It saves 10% of memory.",
        "A second sentence, p<0.05.",
    ]
    assert document_of(read(GOOD).entries[0], "refs.bib", Limits()) is None


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ("a.bib", "{" * 2_000_000),
        ("a.bib", "@" * 2_000_000),
        ("a.bib", "@article{a," * 100_000),
        ("a.bib", "@article{a,\n" * 100_000),
        ("a.bib", "@a{b,title={x}" * 100_000),
        ("a.bib", "@a{b,title={x}}" * 100_000),
        ("a.bib", '@a{b,title="' * 100_000),
        ("a.bib", "@comment{" * 200_000 + GOOD),
        ("a.bib", "@preamble{" * 200_000),
        ("a.bib", "@a" + " " * 2_000_000),
        ("a.bib", "@a{b,title=" + "#" * 1_000_000),
        ("a.bib", "@a{b,title={x" + "{" * 500_000 + "}" * 500_000 + "}}"),
        ("a.bib", "@a{b,title={x" + "\\'" * 500_000 + "}}"),
        ("a.bib", "@a{b,title={x" + "\\frac{" * 200_000 + "}" * 200_000 + "}}"),
        ("a.bib", "@a{b,title={x},abstract={" + "<i>" * 300_000 + "}}"),
        ("a.bib", "@a{b,title={x},journal={arxiv " + "a-" * 500_000 + "}}"),
        ("a.bib", "@a{b,title={x},author={" + "a and " * 200_000 + "}}"),
        ("a.bib", "@a{b,title={x},file={" + ":;" * 300_000 + "}}"),
        ("a.bib", "@string{a={xxxx}}\n" + "@string{a=a#a}\n" * 64 + "@a{b,title=a#a#a}" + GOOD),
        ("a.ris", "TY  - JOUR\n" * 150_000),
        ("a.ris", "TI  - a\n" + "more\n" * 400_000),
        ("a.ris", "TI  -" + " " * 1_000_000 + "x\n"),
        ("a.json", "[" + ",".join(['{"id":1,"title":"x"}'] * 90_000) + "]"),
        ("a.json", '{"a":' * 300_000),
    ],
)
def test_hostile_files_end_soon(location: str, text: str):
    started = time.process_time()
    try:
        bibliography = read(text, location)
    except ReadError:
        bibliography = None
    assert time.process_time() - started < 10
    assert bibliography is None or len(bibliography.entries) + len(bibliography.failures) <= Limits().max_files


MARKS = '{}"#=,\n\\$:;[]1é\u2028@%~'
PIECES = (
    "@article{|@string(|@comment{|key|title|author| and |file|TY  - JOUR\n|TI  - |ER  - \n|AU  - |^{|\\frac|<i>|&amp;"
    '|arXiv:|10.1234/a|--|{"id":|"title":|\\\'|\\textit'
)
BITS = st.sampled_from([*MARKS, *PIECES.split("|")])
TEXTS = st.one_of(st.lists(BITS, max_size=40).map("".join), st.text(st.characters(exclude_categories=["Cs"])))


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS.map(str.encode), st.binary()), st.sampled_from(BIB_SUFFIXES))
def test_nothing_raises_but_read_error(data: bytes, suffix: str):
    try:
        bibliography = read_bibliography(data, f"x{suffix}", Limits())
    except ReadError:
        return
    assert all(entry.paper.title.strip() and entry.key for entry in bibliography.entries)
    assert len({entry.key for entry in bibliography.entries}) == len(bibliography.entries)
    for entry in bibliography.entries:
        document_of(entry, f"x{suffix}", Limits())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["family", "date-parts", "raw", "path", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*ITEM, "file", "archive", "number", "citation-key"]), JSON))
def test_any_value_in_csl(fields: dict[str, object]):
    bibliography = read(json.dumps([fields, {"id": "last", "title": "The Last"}]), "x.json")
    assert bibliography.entries[-1].paper.title == "The Last"
    assert len(bibliography.entries) + len(bibliography.failures) == 2


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS, st.text('@{}()"%#=, \n\\ab')))
def test_a_good_entry_is_found_after_anything(before: str):
    try:
        bibliography = read(f"{before}\n{GOOD}")
    except ReadError as error:
        assert "binary" in error.message
        return
    assert bibliography.entries[-1].paper.title == "A Good One"


@given(st.text("ab é\\{}~^<>|$&%#_,.0"))
def test_what_is_published_reads_back(text: str):
    assert plain_text(escape(text)).strip() == one_line(text)
    assert only(f"@misc{{a, title = {{{{x {escape(text)}}}}}}}").key == "a"
