"""Lists of revoked and suspended certificates (SİL): RFC 5280 section 5, written as a stream of bytes."""
