"""The service behind "Tryggare tillsammans" and its contact mailbox."""
