"""The English of the pages; Turkish is the language of the templates themselves."""
