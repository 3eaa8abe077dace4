"""OpenID Connect: clients, codes, tokens, keys and the endpoints of the protocol."""
