"""What a holder confirms with: SMS code, web password."""
