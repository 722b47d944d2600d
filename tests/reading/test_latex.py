from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from sovereign.reading.errors import ReadError
from sovereign.reading.latex import read_latex
from sovereign.reading.latex_inputs import flatten, is_main
from sovereign.reading.limits import Limits
from sovereign.records import Document

MAIN = r"""\documentclass{article}
\usepackage{booktabs} % \input{never}
\newcommand{\ours}{\textsc{SlimRoute}\xspace}
\newcommand{\gain}[2][faster]{#2\% #1}
\def\half#1{\frac{#1}{2}}
\DeclareMathOperator{\cost}{cost}
\title[Short]{\ours: Routing \emph{Small} Adapters\thanks{Paid by nobody.}}
\author{Ada B. Lindqvist$^{1}$ \and Ren\'e van der Moor\thanks{Equal.} \\ University of Nowhere}
\begin{document}
\maketitle
\begin{abstract}
We present \ours. It is \gain{12}, and \gain[smaller]{30}.\footnote{On one machine.}
\end{abstract}
\input{parts/intro}
\section*{Results}
\include{parts/results}
\begin{thebibliography}{9}
\bibitem{k} K. Nobody. A paper. 1999.
\end{thebibliography}
\appendix
\section{More}
The appendix counts too.
\end{document}
This is never read.
"""
INTRO = r"""\section{Introduction}\label{sec:i}
Routing is old~\cite{k,l}, and \citet{m} made it cheap (see \S\ref{sec:r}).
It needs $d=768$ and $10^{-5}$ at $\sim 3\times$ the speed, with $\alpha_{\mathrm{max}} \pm 0.2$ -- ``good''.
% A comment with a full sentence that is not there.
\paragraph{Setup} We use 50\% of Gr\"unwald's data from \url{http://x.org/a%20b}
and \href{http://y.org}{a second set}.
\[ L = \half{a + b} \]
\begin{itemize}
\item The first item stands alone.
\item The second item does too.
\end{itemize}
\begin{verbatim}
\input{secret} is code.
\end{verbatim}
\endinput
Nothing after the end.
"""
RESULTS = r"""Before the table it starts
\begin{table}[t]
\begin{tabular}{l cc}
\toprule
 & \multicolumn{2}{c}{Latency (ms)} \\ \cmidrule(lr){2-3}
Model & mean & p95 \\[1mm]
\midrule
\multirow{2}{*}{\ours} & 1{,}200 & \makecell{9 \\ 10} \\
Dense \cite{k} & \textbf{14.5} & -- \\
\bottomrule
\end{tabular}
\caption{Latency of \ours on one GPU.}
\end{table}
and goes on after it.
"""


def loader(files: dict[str, str]) -> Callable[[str], bytes]:
    def load(name: str) -> bytes:
        if name not in files:
            raise ReadError(f"{name}: no such file", "Check the name.")
        return files[name].encode()

    return load


def project(files: dict[str, str], main: str = "p/main.tex") -> Document:
    flat = flatten(main, loader(files), Limits())
    assert flat.notices == ()
    return read_latex(flat.text, main, Limits())


@pytest.fixture(scope="module")
def document() -> Document:
    return project({"p/main.tex": MAIN, "p/parts/intro.tex": INTRO, "p/parts/results.tex": RESULTS})


def quotes(document: Document) -> list[str]:
    return [document.slice(sentence) for sentence in document.evidence()]


def read(text: str) -> Document:
    return read_latex(text, "a.tex", Limits())


def test_paper(document: Document) -> None:
    assert document.paper.title == "SlimRoute: Routing Small Adapters"
    assert document.paper.authors == ("Ada B. Lindqvist", "René van der Moor")
    assert document.paper.id == "title:slimroute routing small adapters"
    assert document.notices == ()
    assert document.depth == "full_text"


def test_sections(document: Document) -> None:
    assert [(s.title, s.level, s.evidence) for s in document.sections] == [
        ("Abstract", 1, True),
        ("Introduction", 1, True),
        ("Setup", 4, True),
        ("Results", 1, True),
        ("References", 1, False),
        ("Appendix", 1, True),
        ("More", 1, True),
    ]


def test_sentences(document: Document) -> None:
    assert quotes(document) == [
        "We present SlimRoute.",
        "It is 12% faster, and 30% smaller.",
        "On one machine.",
        "Routing is old, and [m] made it cheap.",
        "It needs d=768 and 10^-5 at ~3× the speed, with α_max ± 0.2 – “good”.",
        "We use 50% of Grünwald’s data from http://x.org/a%20b and a second set.",
        "The first item stands alone.",
        "The second item does too.",
        "Before the table it starts and goes on after it.",
        "Latency of SlimRoute on one GPU.",
        "The appendix counts too.",
    ]


def test_blocks(document: Document) -> None:
    assert "Latency (ms)\nModel | mean | p95\nSlimRoute | 1,200 | 9 10\nDense | 14.5 | –" in document.text
    assert "L = (a + b)/2" in document.text
    assert "\\input{secret} is code." in document.text
    assert "K. Nobody. A paper. 1999." in document.text
    assert "never" not in document.text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"Stra\ss{}e \o re \c{c}a \'{\i}le \~n \v{s}", "Straße øre ça íle ñ š"),
        (r"$\frac{1}{2}$ of $x_{i+1}$ at $90^{\circ}$ on the $5^{th}$", "1/2 of x_(i+1) at 90° on the 5th"),
        (r"As in \cite{a}, we \unknown[opt]{keep} it \citep[see][p. 3]{b}.", "As in [a], we keep it."),
        (r"{\bf Bold} \textcolor{red}{red} \verb|a_b|", "Bold red a_b"),
        (r"\newif\iflong \longfalse \iflong Gone. \else Kept. \fi", "Kept."),
        (r"\let\old\alpha $\old=1$", "α=1"),
        (r"\newcommand{\cite}[1]{no} Told~\cite{x}.", "Told."),
    ],
)
def test_inline(written: str, shown: str) -> None:
    assert read(written).text.strip() == shown


def test_authors_that_are_not_clean_are_left_out() -> None:
    for written in (r"\author{The Team of 2020}", r"\author{Google Brain \and Ada Moor}", r"\author{x@y.org}"):
        assert read(written + r"\begin{document}A text.\end{document}").paper.authors == ()


def test_title_falls_back_to_the_file_name() -> None:
    document = read(r"\section{Introduction} A text.")
    assert document.paper.title == "a"
    assert document.notices == ("no title is given; the file's name was taken as the title",)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "C:/x", "a/../../../x", "~/x", r"..\x", "\0x"])
def test_inputs_stay_in_the_library(name: str) -> None:
    asked: list[str] = []

    def load(wanted: str) -> bytes:
        asked.append(wanted)
        if wanted != "main.tex":
            raise ReadError(f"{wanted}: no such file", "")
        return f"A \\input{{{name}}} b".encode()

    flat = flatten("main.tex", load, Limits())
    assert not any(wanted.startswith(("/", "..", "~", "C:")) for wanted in asked)
    assert flat.notices and "left out" in flat.notices[0]


def test_inputs_up_to_another_folder_of_the_library() -> None:
    files = {"p/main.tex": r"\input{../shared/a}", "shared/a.tex": r"\input{b.v1} A.", "shared/b.v1.tex": "B."}
    flat = flatten("p/main.tex", loader(files), Limits())
    assert (flat.text, flat.parts) == ("B. A.", ("p/main.tex", "shared/a.tex", "shared/b.v1.tex"))


def test_import_and_subfile() -> None:
    sub = r"\documentclass{x}\newcommand{\y}{n}\begin{document}Sub.\end{document} After."
    files = {"main.tex": r"\import{d/}{a} \subfile{s} \InputIfFileExists{no}{x}{y} % \input{c}", "s.tex": sub}
    flat = flatten("main.tex", loader({**files, "d/a.tex": r"\input{b}", "d/b.tex": "B."}), Limits())
    assert flat.text.split() == ["B.", "Sub."]
    assert flat.notices == ()


def test_circles_and_missing_files_give_notices() -> None:
    files = {"main.tex": r"\input{a} \input{gone}", "a.tex": r"A. \input{main}"}
    flat = flatten("main.tex", loader(files), Limits())
    assert flat.text.split() == ["A."]
    assert flat.notices == (
        r"`\input{main}` takes in a file that is being read already; it was left out",
        r"`\input{gone}` was left out: gone.tex: no such file",
    )


def test_caps_on_inputs() -> None:
    files = {f"f{n}.tex": f"\\input{{f{n + 1}}}" * 9 for n in range(40)}
    started = time.process_time()
    flat = flatten("f0.tex", loader({**files, "f40.tex": "x"}), Limits())
    assert any("deep" in notice for notice in flat.notices)
    assert any("more than 500 files" in notice for notice in flat.notices)
    large = flatten("m.tex", loader({"m.tex": r"\input{a}" * 9, "a.tex": "x" * 99}), Limits(max_file_bytes=300))
    assert len(large.text) == 300 and any("larger" in notice for notice in large.notices)
    flatten("m.tex", loader({"m.tex": r"\input{none}" * 100_000}), Limits())
    assert time.process_time() - started < 10


def test_missing_main_file() -> None:
    with pytest.raises(ReadError):
        flatten("main.tex", loader({}), Limits())


def test_is_main() -> None:
    assert is_main("\\documentclass{a}\n\\begin{document}")
    assert not is_main("% \\begin{document}\nText")
    assert not is_main("\\begin{verbatim}\\begin{document}\\end{verbatim}")


_SIZE = 1_000_000
_LETTERS = "PQRSTUVWXYZ"
HOSTILE = {
    "braces": "{" * _SIZE,
    "backslashes": "\\" * _SIZE,
    "dollars": "$" * _SIZE,
    "environments": "\\begin{a}" * (_SIZE // 9),
    "floats": "\\begin{figure}\\end{table}" * (_SIZE // 26),
    "tables": "\\begin{tabular}" * (_SIZE // 15),
    "listings": "\\begin{verbatim}" * (_SIZE // 16),
    "pictures": "\\begin{tikzpicture}" * (_SIZE // 19),
    "notes": "\\footnote{" * (_SIZE // 10),
    "fractions": "$" + "\\frac{" * (_SIZE // 6),
    "powers": "$" + "^{" * (_SIZE // 2),
    "options": "\\foo[" * (_SIZE // 5),
    "conditions": "\\iffalse " * (_SIZE // 9),
    "comments": "%\n" * (_SIZE // 2),
    "loop": "\\def\\q{\\q}\\q text",
    "growing": "\\def\\q#1{\\q{#1#1}}\\q{x} text",
    "bomb": "\\newcommand{\\P}{ten chars.}"
    + "".join(f"\\newcommand{{\\{b}Q}}{{{f'{chr(92)}{a}Q ' * 10}}}" for a, b in pairwise(_LETTERS))
    + "\\newcommand{\\PQ}{\\P}\\ZQ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_in_time(name: str) -> None:
    started = time.process_time()
    document = read(HOSTILE[name])
    assert time.process_time() - started < 10
    if name in ("loop", "growing", "bomb"):
        assert any("not resolved" in notice for notice in document.notices)
