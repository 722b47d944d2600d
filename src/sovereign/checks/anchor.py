"""Check ``anchor``: does the quote stand in the stored text, exactly where it says?

Sees: any changed character, in the text or in the quote. Cannot see: whether the sentence is true.
"""

from __future__ import annotations

from sovereign.records import CheckOutcome, Quote, text_hash


def check_anchor(quote: Quote, stored_text: str) -> CheckOutcome:
    """The stored text must have the quote's hash, and the quote at its offsets."""
    if text_hash(stored_text) != quote.text_hash:
        return CheckOutcome(
            check="anchor", outcome="fail", reason="the stored text has another hash than the one quoted"
        )
    if not quote.text or stored_text[quote.start : quote.end] != quote.text:
        return CheckOutcome(
            check="anchor", outcome="fail", reason=f"the text at {quote.start}..{quote.end} is not the quote"
        )
    return CheckOutcome(
        check="anchor", outcome="pass", reason=f"stands at {quote.start}..{quote.end} of the stored text"
    )
