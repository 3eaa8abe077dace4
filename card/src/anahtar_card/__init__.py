"""What a signature card says: ISO 7816-4 in small pieces, the card families, readers and virtual cards."""
