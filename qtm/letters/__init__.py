"""Letters: what is sent by e-mail, declared by the zones, written in the act's own transaction, and sent by the background."""
