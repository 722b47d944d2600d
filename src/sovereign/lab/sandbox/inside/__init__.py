"""What runs inside the sandbox before the task does. Standard library only, so that it starts in milliseconds.

It is started by ``child.py`` as a package of its own, ``inside``: importing ``sovereign.lab`` would cost more than the
rest of an empty task.
"""
