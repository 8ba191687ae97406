"""`mailer preview`: the edition in the editor's own browser, as it will look."""
