"""The unlock: a holder's card gets a PIN, with the authority's consent."""
