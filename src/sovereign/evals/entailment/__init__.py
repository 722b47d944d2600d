"""Training of the small entailment model that ships with the package: texts, examples, training, export.

Nothing in it was labelled by people: claims are taken from abstracts, and changed so that it is known whether they still
hold. The model (``sovereign.models``) runs without any of this.
"""
