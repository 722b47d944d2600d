"""``python -m sovereign.cli``"""

from . import main

main()
