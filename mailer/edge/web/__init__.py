"""The public pages: subscribing, a subscriber's own page, the archive, and what all share."""
