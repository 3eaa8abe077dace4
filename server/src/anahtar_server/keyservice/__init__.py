"""The one face that may ask for keys: it records RELEASED, then uses the key."""
