"""The family `akis-foreign`: real AKİS cards of other authorities, to be looked at, verified and changed, no more."""
