"""Where a language model may help. It proposes; our own checks dispose of each proposal, and count what they drop.

One file per place: further queries and facets (``plan``), claims of a passage (``claims``), the wording of the abstract
(``wording``), objections of the reviewers (``objections``). A model never sets a verdict, a level, a tier, a score or a gate.
"""
