"""Tags of the gate's own templates."""
