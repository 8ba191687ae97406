"""What the flows need of the world, each as small as its user needs it; `edge` implements them.

Every method may raise the MailerError of its edge (StoreError, MailboxError, RelayError) and
nothing else; an error means that nothing is known of the effect, and the flow must be able to run
again from the start.
"""
