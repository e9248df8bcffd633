"""drive: case records and deadlines for services that work with perpetrators of domestic abuse."""

__version__ = "0.1.0"
