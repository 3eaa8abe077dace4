"""The families of cards. Each folder holds the three sides of one family: driver, issuer and virtual card."""
