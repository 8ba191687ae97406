"""The service behind "Tryggare tillsammans" and its contact mailbox."""

__version__ = "0.1.0"
