"""What we tell people: the outbox and its ways out."""
