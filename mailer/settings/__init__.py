"""config/*.yaml and the environment as one frozen `Settings`, or every problem at once."""

from mailer.settings.load import load
from mailer.settings.values import Settings

__all__ = ["Settings", "load"]
