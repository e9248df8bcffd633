"""drive: case records and deadlines for services that work with perpetrators of domestic abuse."""

import atexit
import gc

__version__ = "0.1.0"

gc.set_threshold(250_000)
"""Objects made before Python looks for garbage among them: more than most commands make, of which loading what they
need is nearly all. To look for it as often as usual costs every command a few hundredths of its time, and finds none.
"""

atexit.register(gc.freeze)
"""When Python ends it looks through all that was loaded for garbage, twice; what is frozen it leaves alone. It is a
sixth of what a command costs. So whatever must be closed is closed by hand, as it is.
"""
