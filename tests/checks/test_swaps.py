"""The vetoes against an exchange inside a sentence, and against saying more: each with what it must let pass."""

from __future__ import annotations

import pytest

from sovereign.checks.vetoes import VETOES, vetoes

ARMS = "Relapse was seen in 12% of patients on velorin and in 31% of patients on placebo."
SERVER = "The paged server reaches 2,450 tokens per second, which is 2.3 times that of the static server."
GENE = "TAK1 represses MYB2 by recruiting HDX1 to the promoter."
FROZEN = "The backbone is kept frozen, and only the trainable adapters are updated."
CONTRAST = "Deletion of SIR9 aggravated fibrosis of the heart, whereas its overexpression reduced fibrosis."
MAY = "These data suggest that expert diversity may explain the gain on unseen tasks."

BARRED = [
    ("owner", "Relapse was seen in 31% of patients on velorin.", ARMS),
    ("owner", "Relapse was seen in 12% of patients on placebo.", ARMS),
    ("owner", "Overexpression of SIR9 aggravated fibrosis of the heart.", CONTRAST),
    ("comparison", "The static server reaches 2.3 times the rate that of the paged server.", SERVER),
    ("doer", "MYB2 represses TAK1 by recruiting HDX1 to the promoter.", GENE),
    ("doer", "HDX1 represses MYB2 by recruiting TAK1 to the promoter.", GENE),
    ("attribute", "The trainable backbone is kept.", FROZEN),
    ("slot", "Relapse was seen in patients on tabrexol.", ARMS),
    ("hedge", "Expert diversity explains the gain on unseen tasks.", MAY),
    ("denial", "It is not true that expert diversity may explain the gain.", MAY),
    ("cause", "Coffee prevents cirrhosis.", "Coffee was associated with a lower risk of cirrhosis."),
    ("comparator", "Velorin lowers relapse of patients compared with sham.", "Velorin lowers relapse of patients."),
    ("kind", "Top-1 routing was used for all tokens.", "Top-2 routing was used for all tokens."),
    ("figures", "Two of six patients relapsed.", "Three of six patients relapsed."),
    ("figures", "Latency fell to 30%.", "Latency fell by 30%."),
]  # fmt: skip
PASSED = [
    ("owner", "Relapse was seen in 12% of patients on velorin.", ARMS),
    ("owner", "Relapse was seen in 31% of patients on placebo.", ARMS),
    ("owner", "Deletion of SIR9 aggravated fibrosis of the heart.", CONTRAST),
    ("doer", "MYB2 is repressed by TAK1.", GENE),
    ("attribute", "The frozen backbone is kept.", FROZEN),
    ("hedge", "Expert diversity may explain the gain on unseen tasks.", MAY),
    ("slot", "Relapse was seen in patients on velorin.", ARMS),
    ("cause", "Coffee prevents cirrhosis.", "Coffee prevented cirrhosis and was associated with a longer life."),
    ("kind", "Top-2 routing was used for all tokens.", "Top-2 routing was used for all tokens."),
    ("figures", "3 of 6 patients relapsed.", "Three of six patients relapsed."),
    ("figures", "Generation is 2.1x faster.", "Generation speeds up by a factor of 2.1."),
]


def failing(claim: str, evidence: str) -> set[str]:
    found = vetoes(claim, [evidence], evidence)
    assert tuple(o.check for o in found) == VETOES
    assert all(o.reason for o in found)
    return {o.check for o in found if o.outcome == "fail"}


@pytest.mark.parametrize(("name", "claim", "evidence"), BARRED)
def test_barred(name: str, claim: str, evidence: str) -> None:
    assert name in failing(claim, evidence)


@pytest.mark.parametrize(("name", "claim", "evidence"), PASSED)
def test_not_barred(name: str, claim: str, evidence: str) -> None:
    assert name not in failing(claim, evidence)
