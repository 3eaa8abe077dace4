"""The pages for holders and representatives."""
