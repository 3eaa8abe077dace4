"""What `script/docs` draws from the code, one module a subject."""
