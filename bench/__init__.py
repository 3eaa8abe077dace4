"""Speed and memory, each figure a ratio to a peer or a limit measured in the same run. One file a bench: `script/bench`."""
