"""The status services' face: bytes that were signed before, over HTTP. It holds no key."""
