from __future__ import annotations

import time
from pathlib import Path

import pytest

from sovereign.reading.errors import ReadError
from sovereign.reading.limits import Limits
from sovereign.reading.xml import read_xml
from sovereign.records import Document

JATS = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "http://example.org/none.dtd">
<article xmlns:mml="http://www.w3.org/1998/Math/MathML">
<front><journal-meta><journal-title-group><journal-title>Invented Letters</journal-title></journal-title-group>
</journal-meta><article-meta>
<article-id pub-id-type="pmid">1</article-id><article-id pub-id-type="doi">10.5555/INV.1</article-id>
<title-group><article-title>Routing in <italic>small</italic> models<xref ref-type="fn">*</xref></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Moor</surname><given-names>Ada B.</given-names></name>
<xref ref-type="aff">1</xref></contrib><contrib contrib-type="editor"><name><surname>Ed</surname></name></contrib>
<contrib><collab>The Router Group</collab></contrib></contrib-group>
<pub-date><year>2022</year></pub-date><pub-date><year>2021</year></pub-date>
<abstract><title>Abstract</title><p>We route tokens.&nbsp;It is fast.</p></abstract>
<abstract abstract-type="summary"><title>Plain summary</title><p>Fast is good.</p></abstract>
</article-meta></front>
<body><sec><label>1</label><title>Introduction</title>
<p>It was known<sup><xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref></sup> for 10<sup>5</sup> runs [<xref
ref-type="bibr">3</xref>&#x2013;<xref ref-type="bibr">5</xref>]. Others differ (<xref ref-type="bibr">Lund, 2001</xref>;
<xref ref-type="bibr">Roe, 2002</xref>). <xref ref-type="bibr">Roe (2003)</xref> found CO<sub>2</sub> in <xref
ref-type="fig">Figure 1</xref><fig><label>Fig. 1</label><caption><title>A figure.</title><p>It shows a line.</p></caption>
</fig> and nothing else.</p>
<sec><title>Setting</title><p>One GPU, where <inline-formula><mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn>
</mml:msup></mml:math></inline-formula> holds.</p><disp-formula><label>(1)</label>a = b</disp-formula>
<list><list-item><p>An item here.</p></list-item></list></sec></sec>
<sec><title>Results</title><table-wrap><label>Table 1</label><caption><p>Latency by model.</p></caption>
<table><tr><th>Model</th><th colspan="2">ms</th></tr><tr><td>dense</td><td>4.5</td><td>9<sup>a</sup></td></tr></table>
<table-wrap-foot><fn><p>Mean of ten.</p></fn></table-wrap-foot></table-wrap></sec></body>
<back><ack><title>Thanks</title><p>We thank nobody.</p></ack>
<ref-list><title>Literature</title><ref><label>1</label><mixed-citation>Roe R. A book. 2001.</mixed-citation></ref></ref-list>
</back><sub-article><body><p>A review that is not the article.</p></body></sub-article></article>"""

TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title>A small study</title></titleStmt><sourceDesc><biblStruct><analytic>
<author><persName><forename>Ada</forename><forename>B</forename><surname>Moor</surname></persName></author></analytic>
<monogr><title level="j">Invented Letters</title><imprint><date when="2020-05-01"/></imprint></monogr>
<idno type="DOI">10.5555/inv.2</idno><idno type="arXiv">arXiv:2001.01234v2</idno></biblStruct></sourceDesc></fileDesc>
<profileDesc><abstract><div><p>We study small things.</p></div></abstract></profileDesc></teiHeader>
<text><body><div><head n="1">Start</head><p>It is known <ref type="bibr">(Roe, 2001)</ref> and small [<ref type="bibr">4</ref>].
</p><formula>x = 1 <label>(1)</label></formula></div>
<div><head n="1.1">Detail</head><p>See <ref type="figure">Figure 2</ref>.</p></div>
<figure><head>Figure 2:</head><label>2</label><figDesc>A curve that falls.</figDesc></figure>
<figure type="table"><figDesc>Numbers.</figDesc><table><row><cell>a</cell><cell>1</cell></row></table></figure></body>
<back><div type="annex"><div><head>More</head><p>An annex.</p></div></div><div type="references"><listBibl><biblStruct><analytic>
<title>A book</title></analytic></biblStruct></listBibl></div></back></text></TEI>"""


def read(text: str | bytes) -> Document:
    return read_xml(text.encode() if isinstance(text, str) else text, "a.xml", Limits())


def quotes(document: Document) -> list[str]:
    return [document.slice(sentence) for sentence in document.evidence()]


def test_jats() -> None:
    document = read(JATS)
    paper = document.paper
    assert (paper.title, paper.authors) == ("Routing in small models", ("Ada B. Moor", "The Router Group"))
    assert (paper.id, paper.year, paper.venue) == ("doi:10.5555/inv.1", 2021, "Invented Letters")
    assert [(s.title, s.level, s.evidence) for s in document.sections] == [
        ("Abstract", 1, True),
        ("Plain summary", 1, True),
        ("Introduction", 1, True),
        ("Setting", 2, True),
        ("Results", 1, True),
        ("Thanks", 1, True),
        ("References", 1, False),
    ]
    assert quotes(document) == [
        "We route tokens.",
        "It is fast.",
        "Fast is good.",
        "It was known for 10^5 runs.",
        "Others differ.",
        "Roe (2003) found CO2 in Figure 1 and nothing else.",
        "A figure.",
        "It shows a line.",
        "One GPU, where x^2 holds.",
        "An item here.",
        "Latency by model.",
        "Mean of ten.",
        "We thank nobody.",
    ]
    assert "Model | ms\ndense | 4.5 | 9^a" in document.text
    assert "a = b" in document.text
    assert "Roe R. A book. 2001." in document.text
    assert "review" not in document.text


def test_tei() -> None:
    document = read(TEI)
    paper = document.paper
    assert (paper.title, paper.authors, paper.year) == ("A small study", ("Ada B Moor",), 2020)
    assert (paper.id, paper.arxiv_id, paper.venue) == ("doi:10.5555/inv.2", "2001.01234", "Invented Letters")
    assert [(s.title, s.level, s.evidence) for s in document.sections] == [
        ("Abstract", 1, True),
        ("Start", 1, True),
        ("Detail", 2, True),
        ("More", 1, True),
        ("References", 1, False),
    ]
    assert quotes(document) == [
        "We study small things.",
        "It is known and small.",
        "See Figure 2.",
        "A curve that falls.",
        "Numbers.",
        "An annex.",
    ]
    assert "a | 1" in document.text
    assert "x = 1" in document.text


def test_namespaced_article() -> None:
    text = '<j:article xmlns:j="urn:x"><j:body><j:p>It has a namespace.</j:p></j:body></j:article>'
    assert quotes(read(text)) == ["It has a namespace."]


def test_another_root_is_named() -> None:
    with pytest.raises(ReadError, match="<html>") as caught:
        read("<html/>")
    assert "JATS" in caught.value.advice


@pytest.mark.parametrize("data", [b"", b"   ", b"<article>", b"no xml", b"\xff\xfe\x00", b"<article>&lost;</article>"])
def test_broken_xml(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"a\.xml"):
        read(data)


def test_entity_bomb_is_harmless() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE article [<!ENTITY e0 "boom">{entities}]><article><body><p>It stands. &e11;</p></body></article>'
    started = time.process_time()
    with pytest.raises(ReadError, match="entity"):
        read(text)
    assert time.process_time() - started < 10


def test_own_entities_are_left_out_with_a_notice() -> None:
    document = read('<!DOCTYPE article [<!ENTITY e "boom">]><article><body><p>It stands &e; here.</p></body></article>')
    assert quotes(document) == ["It stands here."]
    assert "entities" in document.notices[0]


@pytest.mark.parametrize(
    "declared", ['<!ENTITY x SYSTEM "{uri}">', '<!ENTITY % y SYSTEM "{uri}"> %y;', '<!ENTITY x "a secret">']
)
def test_external_entities_do_not_leak(tmp_path: Path, declared: str) -> None:
    secret = tmp_path / "key.txt"
    secret.write_text("a secret")
    doctype = declared.format(uri=secret.as_uri())
    for reference in ("&x;", ""):
        text = f"<!DOCTYPE article [{doctype}]><article><body><p>Open. {reference}</p></body></article>"
        try:
            assert "secret" not in read(text).text
        except ReadError as error:
            assert "secret" not in error.message


def test_deep_and_large_files_end_in_time() -> None:
    started = time.process_time()
    deep = "<article><body>" + "<sec>" * 100_000 + "</sec>" * 100_000 + "</body></article>"
    with pytest.raises(ReadError, match="cannot be read"):
        read(deep)
    nested = "<article><body>" + "<sec><title>A</title><p>Deep." * 80 + "</p></sec>" * 80 + "</body></article>"
    assert len(quotes(read(nested))) == 80
    read("<article><body><p>" + "<sup>1</sup><xref ref-type='bibr'>(1)</xref>" * 40_000 + "</p></body></article>")
    assert time.process_time() - started < 10
