"""The web site and its JSON interface: what the kernel has published, read-only but for the owner.

    serving.py    opens store and catalogue, and runs the server; ``demo.py`` makes records to show
    app.py        the application: every page and its JSON, behind ``http/`` (policy, caching, limits, errors)
    pages/        one file for each page: its model, which the JSON interface gives as it is, and its routes
    records/      what the pages and files of one record are made from; ``clusters/``, ``schemas/``, ``lab/`` for those pages
    catalog/      lists, search, filters and the graph over many records
    owner/        the write side: token, sessions, questions, decisions, corrections
    build/        the site as files
    agents.py     the server for agents

``context.py`` is what every page is made from, ``render.py`` writes it, and ``templates/`` and ``assets/`` are how it looks.
"""
