"""How the gate reaches people: today a sink, in rehearsal only."""
