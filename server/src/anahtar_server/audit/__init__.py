"""The hash-chained journal of every act."""
