"""The web site and its JSON interface: what the kernel has published, read-only but for the owner.

``app.py`` puts it together; ``pages/`` has one file for each page, with what the page shows (a model, which the JSON interface
gives as it is) and its two routes; ``catalog/`` finds records and claims; ``http/`` is what holds for every answer.
"""
