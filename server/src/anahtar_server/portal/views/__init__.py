"""The pages: each parses what came, asks for one act, and shows the result."""
