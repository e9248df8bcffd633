"""`python -m drivecli` is `drive`."""

import sys

from drivecli.cli import main

sys.exit(main())
