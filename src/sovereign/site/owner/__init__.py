"""The write side, for the owner alone and off by default: questions, decisions, corrections.

``token.py`` is how the owner is known, ``guard.py`` what stands before every route, ``actions.py`` what the routes do, ``questions.py`` the
list of questions with the process that answers them; ``api.py`` and ``pages.py`` are the routes for programs and for people.
"""
