"""The channels of the outbox: one file each, with `send(…) -> Sent | Refused | Busy | Silent`."""
