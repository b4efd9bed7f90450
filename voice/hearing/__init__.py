"""What a caller says, as words: voice activity, recognisers in worker processes, and grammars by question."""
