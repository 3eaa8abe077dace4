"""What a rehearsal needs and nothing in earnest ever uses: made-up settings, secrets, people and virtual cards."""
