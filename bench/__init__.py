"""Speed and memory: each figure is a ratio to a peer or a limit of the same run; one file a bench (`script/bench`)."""
