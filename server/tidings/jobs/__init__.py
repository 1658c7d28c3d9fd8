"""What happens by itself: a table of jobs, each run under a lease, and the outbox; both only call the domain."""
