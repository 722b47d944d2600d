"""What LaTeX commands print, as tables: symbols, accents, and the arguments of commands that print nothing of them."""

from __future__ import annotations

from .text import word_set

# Names, each followed by what it prints.
_NAMED = """
alpha α  beta β  gamma γ  delta δ  epsilon ε  varepsilon ε  zeta ζ  eta η  theta θ  vartheta θ  iota ι  kappa κ
lambda λ  mu μ  nu ν  xi ξ  pi π  rho ρ  varrho ρ  sigma σ  varsigma ς  tau τ  upsilon υ  phi φ  varphi φ  chi χ
psi ψ  omega ω  Gamma Γ  Delta Δ  Theta Θ  Lambda Λ  Xi Ξ  Pi Π  Sigma Σ  Upsilon Υ  Phi Φ  Psi Ψ  Omega Ω  times ×
div ÷  pm ±  mp ∓  cdot ·  ast *  star *  sim ~  approx ≈  simeq ≃  cong ≅  equiv ≡  propto ∝  neq ≠  ne ≠  leq ≤
le ≤  leqslant ≤  geq ≥  ge ≥  geqslant ≥  ll ≪  gg ≫  lt <  gt >  lesssim ≲  gtrsim ≳  triangleq ≜  in ∈  notin ∉
ni ∋  subset ⊂  subseteq ⊆  supset ⊃  supseteq ⊇  cup ∪  cap ∩  setminus ∖  emptyset ∅  varnothing ∅  forall ∀
exists ∃  neg ¬  lnot ¬  wedge ∧  land ∧  vee ∨  lor ∨  oplus ⊕  ominus ⊖  otimes ⊗  odot ⊙  circ ∘  bullet •  to →
rightarrow →  longrightarrow →  leftarrow ←  gets ←  leftrightarrow ↔  Rightarrow ⇒  implies ⇒  Leftarrow ⇐
Leftrightarrow ⇔  iff ⇔  mapsto ↦  uparrow ↑  downarrow ↓  nearrow ↗  searrow ↘  infty ∞  partial ∂  nabla ∇  sum ∑
prod ∏  int ∫  ell ℓ  hbar ℏ  Re ℜ  Im ℑ  aleph ℵ  angle ∠  perp ⊥  bot ⊥  top ⊤  parallel ∥  mid |  vert |  Vert ‖
lvert |  rvert |  lVert ‖  rVert ‖  langle ⟨  rangle ⟩  lfloor ⌊  rfloor ⌋  lceil ⌈  rceil ⌉  lbrace {  rbrace }
ldots …  dots …  cdots …  vdots ⋮  ddots ⋱  textellipsis …  dotsc …  dotsb …  prime ′  dagger †  ddagger ‡  dag †
ddag ‡  checkmark ✓  cmark ✓  xmark ✗  square □  Box □  triangle △  diamond ⋄  lozenge ◊  clubsuit ♣  S §  P ¶
copyright ©  textcopyright ©  textregistered ®  texttrademark ™  pounds £  textsterling £  euro €  EUR €  texteuro €
yen ¥  textdegree °  degree °  textmu µ  micro µ  textpm ±  texttimes ×  texttildelow ~  textasciitilde ~
textasciicircum ^  textbackslash \\  textbar |  textless <  textgreater >  textendash –  textemdash —
textunderscore _  textbraceleft {  textbraceright }  textquoteleft ‘  textquoteright ’  textquotedblleft “
textquotedblright ”  textquotesingle '  textbullet •  textperiodcentered ·  slash /  ss ß  o ø  O Ø  l ł  L Ł  ae æ
AE Æ  oe œ  OE Œ  aa å  AA Å  i ı  j ȷ  dh ð  DH Ð  th þ  TH Þ  dj đ  DJ Đ  TeX TeX  LaTeX LaTeX  LaTeXe LaTeX2e
BibTeX BibTeX  colon :  lq ‘  rq ’
"""

# What a command prints. Control symbols first, then names.
SYMBOLS: dict[str, str] = {
    **{f"\\{mark}": mark for mark in "%&#$_{}"},
    **{f"\\{mark}": " " for mark in " ,;:>\t\n"},
    **{f"\\{mark}": "" for mark in "!-/@"},
    "\\|": "‖",
    **{
        f"\\{name}": " "
        for name in ("quad", "qquad", "enspace", "enskip", "thinspace", "space", "newline", "linebreak")
    },
    **{f"\\{name}": shown for name, shown in zip(*[iter(_NAMED.split())] * 2, strict=True)},
}

# Names of functions keep a space on both sides of the name, where letters or digits are next.
FUNCTIONS = word_set(
    r"\log \ln \exp \sin \cos \tan \tanh \arg \max \min \sup \inf \lim \det \dim \ker \gcd \Pr \mod \bmod"
)

# Accents as the combining characters that Unicode puts after the letter.
ACCENTS = {
    "\\'": "\u0301",
    "\\`": "\u0300",
    '\\"': "\u0308",
    "\\^": "\u0302",
    "\\~": "\u0303",
    "\\=": "\u0304",
    "\\.": "\u0307",
    "\\c": "\u0327",
    "\\v": "\u030c",
    "\\u": "\u0306",
    "\\H": "\u030b",
    "\\r": "\u030a",
    "\\k": "\u0328",
    "\\d": "\u0323",
    "\\b": "\u0331",
}

# Arguments that commands take and do not print: m a mandatory one, o one in square brackets that may be missing,
# p one in round brackets that may be. What is printed comes after these, in braces.
UNPRINTED: dict[str, str] = {
    f"\\{name}": arguments
    for arguments, names in {
        "m": "label ref eqref autoref cref Cref pageref nameref vref vspace hspace vskip hskip bibliographystyle "
        "bibliography thispagestyle pagestyle pagenumbering hypersetup phantom vphantom hphantom tag cline thanks Thanks "
        "graphicspath captionsetup input include subfile inst email date keywords ccsdesc orcid affil address "
        "icmlaffiliation institute affiliation institution IEEEauthorblockA hypertarget index glsresetall nocite "
        "todo pdfoutput setcitestyle urlstyle hyphenation arrayrulecolor stepcounter "
        "refstepcounter useunder theoremstyle allowdisplaybreaks sisetup lstset tikzset pgfplotsset DeclareGraphicsExtensions "
        "aboverulesep belowrulesep Xhline",
        "mm": "setlength addtolength addtocounter resizebox fontsize newtheorem settowidth "
        "icmlcorrespondingauthor lstdefinelanguage lstdefinestyle colorlet setitemize",
        "mmm": "definecolor specialrule addcontentsline",
        "om": "rotatebox includegraphics textcolor color cellcolor usepackage documentclass RequirePackage colorbox",
        "omm": "rule fcolorbox lstinputlisting",
        "omoo": "rowcolor",
        "moo": "raisebox",
        "mo": "scalebox",
        "ooom": "parbox",
        "oo": "makebox framebox",
        "o": "footnotemark addlinespace toprule midrule bottomrule hyperref pagebreak",
        "pm": "cmidrule",
        "mom": "newcolumntype",
    }.items()
    for name in names.split()
}

ENVIRONMENT_ARGUMENTS: dict[str, str] = {
    "tabular": "om",
    "tabular*": "mom",
    "tabularx": "mom",
    "tabulary": "mom",
    "longtable": "om",
    "array": "om",
    "tblr": "om",
    "minipage": "ooom",
    "wrapfigure": "omom",
    "wraptable": "omom",
    "subfigure": "om",
    "subtable": "om",
    "adjustbox": "m",
    "multicols": "m",
    "thebibliography": "m",
    "alignat": "m",
    "alignat*": "m",
    "list": "mm",
}

FLOATS = word_set(
    "figure figure* table table* wrapfigure wraptable subfigure subtable sidewaystable sidewaysfigure "
    "sidewaystable* sidewaysfigure* SCfigure teaserfigure marginfigure margintable floatrow"
)
TABLES = word_set("tabular tabular* tabularx tabulary longtable tblr xltabular supertabular")
# Within a cell of a table these are text of the cell, with all their rows and columns.
IN_CELLS = word_set(
    "array cases dcases rcases matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix gathered alignedat minipage varwidth"
)
MATH = word_set(
    "equation equation* align align* aligned alignat alignat* gather gather* multline multline* eqnarray eqnarray* "
    "displaymath math flalign flalign* dmath dmath* split subequations"
)
BLOCKS = word_set("algorithm algorithm* algorithmic algorithmicx algorithm2e tabbing")
DROPPED = word_set("tikzpicture pgfpicture picture axis forest CCSXML tikzcd pspicture")

LEVELS = {
    "\\part": 1,
    "\\chapter": 1,
    "\\section": 1,
    "\\subsection": 2,
    "\\subsubsection": 3,
    "\\paragraph": 4,
    "\\subparagraph": 5,
}
# Citations that are a noun of their sentence, and those that stand beside it.
NAMING = word_set(r"\citet \Citet \textcite \Textcite \newcite \citeauthor \citeA \citealt \shortciteA \citetalias")
CITING = word_set(
    r"\cite \citep \Citep \citealp \citeyear \citeyearpar \parencite \autocite \footcite \shortcite \citenum \supercite"
)

TITLES = word_set(r"\title \icmltitle \Title")
AUTHORS = word_set(r"\author \icmlauthor \Author")
NOTES = word_set(r"\footnote \footnotetext \tablefootnote")
CAPTIONS = word_set(r"\caption \captionof \subcaption")
COUNTERS = word_set(r"\setcounter \numberwithin \counterwithin")
ROW_ENDS = word_set(r"\\ \tabularnewline \cr")
STEPS = word_set(r"\State \STATE \For \FOR \While \WHILE \If \IF \Else \ELSE \EndFor \ENDFOR \EndIf \ENDIF \EndWhile")
# Of tables: lines across all columns, bold type, what is a float and a table in one, and what ends the head or foot of that.
RULES = word_set(r"\hline \toprule \midrule \bottomrule \Xhline \specialrule \firsthline \lasthline \thickhline \Hline")
BOLDS = word_set(r"\textbf \bf \bfseries \mathbf \boldsymbol \bm \pmb \textbb")
LONG = ("longtable", "xltabular")
LONG_PARTS = word_set(r"\endfirsthead \endhead \endfoot \endlastfoot")
_OTHERS = word_set(
    r"\item \bibitem \frac \tfrac \dfrac \sqrt \xspace \appendix \par \( \) \[ \] \left \right \multicolumn \multirow "
    r"\ding \abstract \and \And \AND"
)
# Commands with a meaning of their own here; a text's definition of one does not change it.
HANDLED: frozenset[str] = frozenset().union(
    TITLES,
    AUTHORS,
    NOTES,
    CAPTIONS,
    COUNTERS,
    NAMING,
    CITING,
    ROW_ENDS,
    RULES,
    BOLDS,
    LONG_PARTS,
    _OTHERS,
    LEVELS,
    ACCENTS,
)
