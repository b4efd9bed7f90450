"""The demonstration insurer: eight told customers, two thousand generated ones, four agents."""
