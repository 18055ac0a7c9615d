"""Everything that writes: one function for each thing that people or bridges do."""
