"""What of an HTML page nobody sees: elements that attributes, inline styles or simple style rules hide.

No browser runs here: of style sheets only those in the page count, and of these no rules for other media, since what is hidden
on paper or on a small screen is seen elsewhere. ``aria-hidden`` hides from screen readers alone, and hides nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from .colours import is_light, is_transparent
from .text import word_set

_RULE = re.compile(r"(?P<names>[^{}@]+)\{(?P<body>[^{}]*)\}")
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MOST_RULES, _LONGEST_SHEET = 400, 200_000
_NUMBER = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%|vw|vh)?")
_FAR = -400.0  # px: beyond the left or upper edge
_TINY = {"px": 1.5, "pt": 1.2, "em": 0.1, "rem": 0.1, "%": 10.0, "": 1.5}
_VOID = word_set("area base br col embed hr img input link meta param source track wbr")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")

_UNSHOWN = word_set("template noscript script style")

Style = Mapping[str, str]


def hidden_text(tree: LexborHTMLParser) -> str:
    """Take out of a page what nobody sees, and give its words."""
    styles = _sheet(tree)
    found = [node for node in tree.css("*") if node.parent is not None and _hides(node, styles)]
    texts = []
    for node in found:
        if node.tag not in ("html", "body", "head", "style", "script", "template", "noscript") and not _is_formula(
            node
        ):
            texts.append(node.text(separator=" "))
            for child in list(node.iter(include_text=True)):
                child.decompose()
    return " ".join(filter(None, map(str.strip, texts)))


def still_hidden(html: str, inside: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Which elements of one name are open and hidden after a piece of HTML, ``inside`` before it: for Markdown, which
    gives tags one by one."""
    for closing, name, rest in _TAG.findall(html):
        name = name.lower()
        if name in _VOID or rest.endswith("/"):
            continue
        if inside:
            if name == inside[-1]:
                inside = inside[:-1] if closing else (*inside, name)
        elif not closing and (name in _UNSHOWN or _tag_hides(name, rest)):
            inside = (name,)
    return inside


def _tag_hides(name: str, rest: str) -> bool:
    node = LexborHTMLParser(f"<div><{name if name not in ('td', 'tr', 'th') else 'span'} {rest}>x").css_first("div > *")
    return node is not None and _hides(node, {})


def _hides(node: LexborNode, styles: Mapping[int, Style]) -> bool:
    attributes = node.attributes
    if "hidden" in attributes and attributes.get("hidden") != "until-found":
        return True
    style = _style(node, styles)
    return bool(style) and (_is_off(style) or _is_out(style) or _is_paper(node, style, styles))


def _is_off(style: Style) -> bool:
    opacity, size = style.get("opacity", "1"), style.get("font-size", "")
    number = _NUMBER.match(size)
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("content-visibility") == "hidden"
        or ((faint := _NUMBER.match(opacity)) is not None and float(faint[1]) <= (5 if faint[2] == "%" else 0.05))
        or (number is not None and float(number[1]) <= _TINY.get(number[2] or "", 0.0))
        or "scale(0" in style.get("transform", "").replace("scale(0.", "")
    )


def _is_out(style: Style) -> bool:
    """Beyond the edge, cut away, or in a box of no size."""
    if style.get("position") in ("absolute", "fixed") or "translate" in style.get("transform", ""):
        places = [style.get(side, "") for side in ("left", "top", "right", "bottom")]
        places += re.findall(r"translate\w*\(\s*(-\d+\w*)", style.get("transform", ""))
        if any(
            (found := _NUMBER.match(place)) and float(found[1]) <= _FAR / (10 if found[2] in ("em", "rem") else 1)
            for place in places
        ):
            return True
        if re.fullmatch(
            r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)", style.get("clip", "")
        ):
            return True
    if (indent := _NUMBER.match(style.get("text-indent", ""))) and float(indent[1]) <= _FAR:
        return True
    if re.match(r"inset\(\s*(?:50|100)%|circle\(\s*0", style.get("clip-path", "")):
        return True
    sizes = [style.get(name, "") for name in ("height", "width", "max-height", "max-width")]
    return style.get("overflow", "") in ("hidden", "clip") and any(
        re.fullmatch(r"[01](?:px|em|%)?", size) for size in sizes
    )


def _is_paper(node: LexborNode, style: Style, styles: Mapping[int, Style]) -> bool:
    """Whether words have the colour of what is behind them: the nearest background that is set, else white."""
    colour = style.get("color", "") or style.get("-webkit-text-fill-color", "")
    if not colour:
        return False
    if is_transparent(colour):
        return True
    holder: LexborNode | None = node
    while holder is not None:
        own = _style(holder, styles)
        behind = own.get("background-color", "") or own.get("background", "")
        if holder.attributes.get("bgcolor"):
            behind = behind or str(holder.attributes["bgcolor"])
        if behind and behind not in ("none", "transparent", "inherit"):
            return behind == colour or (is_light(colour) and is_light(behind))
        holder = holder.parent
    return is_light(colour)


def _is_formula(node: LexborNode) -> bool:
    """Whether an element holds nothing but a formula whose picture stands beside it, as encyclopedias print them."""
    beside = node.next
    while beside is not None and beside.tag == "-text":
        beside = beside.next
    inside = [child for child in node.iter() if child.tag != "-text"]
    return [child.tag for child in inside] == ["math"] and beside is not None and beside.tag in ("img", "svg")


def _style(node: LexborNode, styles: Mapping[int, Style]) -> Style:
    inline = node.attributes.get("style")
    own = _declared(inline) if inline else {}
    if node.tag == "font" and node.attributes.get("color"):
        own = {"color": str(node.attributes["color"]).lower(), **own}
    return {**styles.get(node.mem_id, {}), **own} if own or node.mem_id in styles else {}


def _sheet(tree: LexborHTMLParser) -> dict[int, dict[str, str]]:
    """What the rules of the page's own style sheets declare, by element; a later rule before an earlier one."""
    source = " ".join(node.text() for node in tree.css("style"))[:_LONGEST_SHEET]
    found: dict[int, dict[str, str]] = {}
    for rule in list(_RULE.finditer(_AT_RULE.sub(" ", _COMMENT.sub(" ", source))))[:_MOST_RULES]:
        declared = _declared(rule["body"])
        if declared.keys() & _TELLING:
            for node in _selected(tree, rule["names"].strip()):
                found.setdefault(node.mem_id, {}).update(declared)
    return found


_TELLING = word_set(
    "display visibility opacity font-size color background background-color position clip clip-path text-indent "
    "content-visibility height width max-height max-width overflow transform -webkit-text-fill-color"
)


def _selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    if ":" in selector:  # a state such as :hover, or a generated part
        return []
    try:
        return tree.css(selector)
    except Exception:  # the parser raises its own kinds for what is no selector
        return []


def _declared(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";"))
    return {
        name.strip().lower(): value.replace("!important", "").strip().lower() for name, colon, value in pairs if colon
    }
